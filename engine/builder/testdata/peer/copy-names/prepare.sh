echo 1 > 'a b'
echo 2 > 'c"d'
mkdir 'grüße'
echo 3 > 'grüße/世界.txt'
echo 4 > ./-dash
echo 5 > ./--flaglike
echo 6 > .hidden
