#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

int write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = write(fd, text, strlen(text));
  int error = errno;
  close(fd);
  errno = error;
  return n < 0 ? -1 : 0;
}

int make_directories(const char *path, mode_t mode) {
  if (!mkdir(path, mode)) return 0;
  struct stat s;
  if (errno == EEXIST) {
    if (stat(path, &s)) return -1;
    if (S_ISDIR(s.st_mode)) return 0;
    errno = ENOTDIR;
    return -1;
  }
  if (errno != ENOENT) return -1;
  char parent[4096];
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 0;
  if (!length || length >= sizeof parent) return -1;
  memcpy(parent, path, length);
  parent[length] = 0;
  if (make_directories(parent, 0755)) return -1;
  return mkdir(path, mode) && errno != EEXIST ? -1 : 0;
}

static int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// `bytes` has room for three quarters of the text's length.
size_t base64_decode(const char *text, unsigned char *bytes) {
  size_t out = 0;
  uint32_t bits = 0;
  int have = 0;
  for (; *text; text++) {
    int digit = base64_digit(*text);
    if (digit < 0) break;
    bits = bits << 6 | digit;
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes[out++] = bits >> have & 255;
    }
  }
  return out;
}

void text_base64(struct text *t, const unsigned char *bytes, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < length; at += 3) {
    size_t have = length - at < 3 ? length - at : 3;
    uint32_t bits = bytes[at] << 16 | (have > 1 ? bytes[at + 1] << 8 : 0) | (have > 2 ? bytes[at + 2] : 0);
    char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], have > 1 ? digits[bits >> 6 & 63] : '=', have > 2 ? digits[bits & 63] : '='};
    text_add(t, four, sizeof four);
  }
}

void become_ordinary(int oom_score) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
  setpriority(PRIO_PROCESS, 0, 0);
  char score[16];
  snprintf(score, sizeof score, "%d", oom_score);
  write_file("/proc/self/oom_score_adj", score);
}
