"""Machine learning on what strategies record: gather points, train a model, keep it in files."""

from hindcaster.research.ml.files import load_ml_data_csv, load_ml_model, save_ml_model
from hindcaster.research.ml.gathering import gather_ml_data
from hindcaster.research.ml.training import train_model

__all__ = [
    "gather_ml_data",
    "load_ml_data_csv",
    "load_ml_model",
    "save_ml_model",
    "train_model",
]
