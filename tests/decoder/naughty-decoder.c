/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "ds-decoder-server.h"
#include "naughty.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void
do_forbidden (Naughty what, const guint8 *memory)
{
  char *const argv[] = { (char *)"/bin/true", NULL };

  switch ((int)what)
    {
    case NAUGHTY_OPEN_FILE:
      open ("/etc/passwd", O_RDONLY);
      break;
    case NAUGHTY_CREATE_FILE:
      open ("/tmp/doorstep-naughty", O_WRONLY | O_CREAT, 0600);
      break;
    case NAUGHTY_CONNECT:
      socket (AF_INET, SOCK_STREAM, 0);
      break;
    case NAUGHTY_FORK:
      if (fork () == 0)
        _exit (0);
      break;
    case NAUGHTY_EXECUTE:
      execv (argv[0], argv);
      break;
    case NAUGHTY_KILL_PARENT:
      kill (getppid (), SIGTERM);
      break;
    case NAUGHTY_MAP_CODE:
      mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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
