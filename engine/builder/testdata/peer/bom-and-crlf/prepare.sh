{ printf '\357\273\277'; sed 's/$/\r/' Dockerfile.src; } > Dockerfile
rm Dockerfile.src
echo f > f
