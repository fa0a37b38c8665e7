echo f > f
touch -h -d @1500000000 f
tar -cf a.tar f
rm f
touch -d @1580608922 a.tar
