//! Records become Parquet facts; indicators are SQL over them.
