/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "ds-decoder-server.h"
#include "naughty.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
do_forbidden (Naughty what, const guint8 *memory)
{
  static guint8 page[4096] __attribute__ ((aligned (4096)));
  char *const argv[] = { (char *)"/bin/true", NULL };
  char place[256];

  switch ((int)what)
    {
    case NAUGHTY_OPEN_FILE:
      open ("/etc/passwd", O_RDONLY);
      break;
    case NAUGHTY_CREATE_FILE:
      open ("/tmp/doorstep-naughty", O_WRONLY | O_CREAT, 0600);
      break;
    case NAUGHTY_REMOVE_FILE:
      unlink ("/tmp/doorstep-naughty");
      break;
    case NAUGHTY_LIST_FOLDER:
      syscall (SYS_getdents64, 0, place, sizeof place);
      break;
    case NAUGHTY_CONNECT:
      socket (AF_INET, SOCK_STREAM, 0);
      break;
    case NAUGHTY_CONNECT_LOCALLY:
      socket (AF_UNIX, SOCK_STREAM, 0);
      break;
    case NAUGHTY_DUPLICATE_SOCKET:
      dup (DS_WIRE_SOCKET_FD);
      break;
    case NAUGHTY_FORK:
      if (fork () == 0)
        _exit (0);
      break;
    case NAUGHTY_EXECUTE:
      execv (argv[0], argv);
      break;
    case NAUGHTY_START_THREAD:
      syscall (SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL, NULL,
               0);
      break;
    /* Process 1 stands for the application: to ask for its id is forbidden as well, and would be what kills. */
    case NAUGHTY_KILL_PARENT:
      kill (1, 0);
      break;
    case NAUGHTY_TRACE_PARENT:
      ptrace (PTRACE_ATTACH, 1, NULL, NULL);
      break;
    case NAUGHTY_BE_TRACED:
      ptrace (PTRACE_TRACEME, 0, NULL, NULL);
      break;
    case NAUGHTY_READ_PARENT:
      syscall (SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
      break;
    case NAUGHTY_MAP_CODE:
      mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      break;
    case NAUGHTY_MAKE_CODE:
      mprotect (page, sizeof page, PROT_READ | PROT_EXEC);
      break;
    case NAUGHTY_WRITE_PICTURE:
      *(volatile guint8 *)memory = 0;
      break;
    case NAUGHTY_CRASH:
      *(volatile int *)NULL = 0;
      break;
    case NAUGHTY_HANG:
      for (;;)
        usleep (1000000);
      break;
    case NAUGHTY_TAKE_ALL_MEMORY:
      for (;;)
        memset (g_malloc (1 << 24), 1, 1 << 24);
      break;
    default:
      _exit (0);
    }
}

/* Sends a reply that breaks one rule of the protocol. */
static void
reply_wrongly (Naughty how, guint32 id)
{
  g_autofree guint8 *message = g_malloc0 (2 * DS_WIRE_REPLY_SIZE);
  DsWireReply reply = { .id = id, .status = DS_WIRE_READ, .view = DS_VIEW_READ, .n_symbols = 1 };
  DsWireSymbol symbol = { DS_SYMBOLOGY_QR, 4 };
  const char *text = "text";
  gsize n = sizeof reply + sizeof symbol + 4;

  if (how == NAUGHTY_REPLY_SHORT)
    n = sizeof reply - 1;
  else if (how == NAUGHTY_REPLY_OTHER_ID)
    reply.id++;
  else if (how == NAUGHTY_REPLY_MANY)
    reply.n_symbols = G_MAXUINT32;
  else if (how == NAUGHTY_REPLY_TOO_LONG)
    n = DS_WIRE_REPLY_SIZE + 1;
  else if (how == NAUGHTY_REPLY_LENGTH)
    symbol.length = G_MAXUINT32;
  else if (how == NAUGHTY_REPLY_NOT_UTF8)
    text = "te\xff\xfe";
  else if (how == NAUGHTY_REPLY_NUL)
    text = "te\0t";
  else if (how == NAUGHTY_REPLY_SYMBOLOGY)
    symbol.symbology = 7;
  else if (how == NAUGHTY_REPLY_REST)
    n++;
  else if (how == NAUGHTY_REPLY_PHOTO)
    {
      reply.status = DS_WIRE_SMALL;
      symbol = (DsWireSymbol){ 4, 4 }; /* as wide and as high */
      n = sizeof reply + sizeof symbol;
    }
  memcpy (message, &reply, sizeof reply);
  memcpy (message + sizeof reply, &symbol, sizeof symbol);
  memcpy (message + sizeof reply + sizeof symbol, text, 4);
  send (DS_WIRE_SOCKET_FD, message, n, MSG_NOSIGNAL);
}

static DsReading *
decode (const DsWireRequest *request, const guint8 *memory)
{
  Naughty what
      = request->content == DS_WIRE_FRAME && memory[0] < N_NAUGHTY ? (Naughty)memory[0] : NAUGHTY_NOT;

  if (what >= NAUGHTY_REPLY_SHORT)
    reply_wrongly (what, request->id);
  else if (what != NAUGHTY_NOT)
    do_forbidden (what, memory);
  return ds_decoder_server_decode (request, memory);
}

int
main (void)
{
  return ds_decoder_server_run (decode);
}
