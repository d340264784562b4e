"""Files in the data folder, and the program that reads them."""
