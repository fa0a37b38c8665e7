mkdir -p in/dir
echo f > in/f
echo l > in/l
chmod 600 in/f
chmod 2770 in/dir
ln -s ../f in/dir/link
ln in/f in/hard
chown 405:100 in/dir
touch -h -d @1500000000 in/f in/dir/link in/dir in
tar --sort=name -cf plain.tar -C in .
tar --sort=name -czf zipped.tar.gz -C in f dir
printf 'hello' | gzip -n > file.gz
rm -r in
