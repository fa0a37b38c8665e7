// For tests: `udp PORT` sends every datagram back; `udp PORT ADDRESS TEXT` sends a text and prints what comes back.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  char buffer[2048];
  if (argc < 4) {
    if (bind(fd, (struct sockaddr *)&at, sizeof at)) return 1;
    puts("ready");
    fflush(stdout);
    while (1) {
      socklen_t size = sizeof at;
      ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&at, &size);
      if (n >= 0) sendto(fd, buffer, n, 0, (struct sockaddr *)&at, size);
    }
  }
  struct timeval patience = {.tv_sec = 5};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  inet_aton(argv[2], &at.sin_addr);
  sendto(fd, argv[3], strlen(argv[3]), 0, (struct sockaddr *)&at, sizeof at);
  ssize_t n = recv(fd, buffer, sizeof buffer - 1, 0);
  if (n < 0) return 1;
  buffer[n] = 0;
  puts(buffer);
  return 0;
}
