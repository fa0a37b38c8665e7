sed 's/$/\r/' Dockerfile.src > Dockerfile
rm Dockerfile.src
