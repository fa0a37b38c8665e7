mkdir over
ln -s elsewhere over/file
echo new > over/tofile
echo new > over/todir
