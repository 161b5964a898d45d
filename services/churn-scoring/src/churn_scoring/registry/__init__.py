"""The registry of models with their metrics, and the loading of the model in force."""
