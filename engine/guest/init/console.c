// A process's terminal: a pty of the devpts that the process itself sees, so that ttyname() and /dev/pts/N agree.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

void console_open(const struct json *process, bool bind_console) {
  int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) child_fail("setup", errno, "/dev/ptmx", "open /dev/ptmx");
  int unlock = 0, number = 0;
  if (ioctl(master, TIOCSPTLCK, &unlock) || ioctl(master, TIOCGPTN, &number)) child_fail("setup", errno, "/dev/ptmx", "unlocking the pty");
  char path[32];
  snprintf(path, sizeof path, "/dev/pts/%d", number);
  int slave = open(path, O_RDWR | O_CLOEXEC);
  if (slave < 0) child_fail("setup", errno, path, "open %s", path);
  const struct json *size = json_get(process, "consoleSize");
  struct winsize w = {.ws_col = json_number(size, "width", 80), .ws_row = json_number(size, "height", 24)};
  ioctl(slave, TIOCSWINSZ, &w);
  if (bind_console) {
    int file = open("/dev/console", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0620);
    if (file >= 0) close(file);
    if (mount(path, "/dev/console", NULL, MS_BIND, NULL)) child_fail("mount", errno, "/dev/console", "binding the terminal to /dev/console");
  }
  // The session leader has no terminal yet, so opening or setting this one cannot take it from anybody.
  if (ioctl(slave, TIOCSCTTY, 0)) child_fail("setup", errno, path, "setting the controlling terminal");
  for (int i = 0; i < 3; i++) dup2(slave, i);
  child_send_tty(master);
}
