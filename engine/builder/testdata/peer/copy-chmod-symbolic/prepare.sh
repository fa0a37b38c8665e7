chmod 664 tree/file
chmod 754 tree/script
