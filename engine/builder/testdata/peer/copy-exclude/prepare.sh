mkdir tree/.git
echo g > tree/.git/config
