ln -s tree/x link
ln -s x tree/link
