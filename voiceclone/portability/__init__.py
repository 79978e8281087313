"""What is yours you can take with you or have deleted: the archive of everything, erasure, and voice passports."""
