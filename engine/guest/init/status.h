// What a child reports to init between clone and exec, over a SOCK_SEQPACKET that exec closes.
#pragma once

enum { STATUS_FAILURE = 1, STATUS_TTY = 2 };

struct status_report {
  int kind;
  int error;          // errno
  char stage[8];      // exec, chdir, user, mount, setup
  char subject[256];  // the path concerned
  char message[256];
};
