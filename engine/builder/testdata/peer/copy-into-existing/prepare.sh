chmod 750 tree/sub
