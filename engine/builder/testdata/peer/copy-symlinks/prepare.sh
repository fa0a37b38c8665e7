ln -s file link
ln -s real dirlink
mkdir tree
ln -s ../file tree/up
ln -s /absolute/nowhere tree/dangling
ln -s . tree/self
echo x > tree/x
ln tree/x tree/hard
