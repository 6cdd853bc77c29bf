from tests.oracle.ledger import OracleBroker
def test_x(): assert OracleBroker
