"""The commands `realvlg model`: labelled pictures, speed, and agreement of two models."""
