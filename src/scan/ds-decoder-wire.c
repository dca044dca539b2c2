/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ds-decoder-wire.h"

#include "ds-photo.h"

#include <string.h>

gboolean
ds_wire_is_sound (const DsWireRequest *request)
{
  if (request->size > DS_WIRE_MEMORY_SIZE)
    return FALSE;
  if (request->content == DS_WIRE_PICTURE || request->content == DS_WIRE_PHOTO)
    return TRUE;
  return request->content == DS_WIRE_FRAME && request->width > 0 && request->height > 0
         && request->stride >= request->width
         && request->size >= (guint64)request->stride * (request->height - 1) + request->width;
}

GByteArray *
ds_wire_make_reply (guint32 id, const DsReading *reading)
{
  GByteArray *message = g_byte_array_sized_new (DS_WIRE_REPLY_SIZE);
  DsWireReply reply = { .id = id, .status = reading != NULL ? DS_WIRE_READ : DS_WIRE_NO_PICTURE };

  g_byte_array_append (message, (const guint8 *)&reply, sizeof reply);
  for (guint i = 0; reading != NULL && i < reading->symbols->len && reply.n_symbols < DS_WIRE_MAX_SYMBOLS;
       i++)
    {
      const DsSymbol *read = g_ptr_array_index (reading->symbols, i);
      DsWireSymbol symbol = { read->symbology, (guint32)strlen (read->text) };

      if (message->len + sizeof symbol + symbol.length > DS_WIRE_REPLY_SIZE)
        continue;
      g_byte_array_append (message, (const guint8 *)&symbol, sizeof symbol);
      g_byte_array_append (message, (const guint8 *)read->text, symbol.length);
      reply.n_symbols++;
    }
  reply.view = reading != NULL ? reading->view : DS_VIEW_EMPTY;
  memcpy (message->data, &reply, sizeof reply);
  return message;
}

/* Nothing that the helper says is taken on trust. Returns: (transfer full) (nullable): what it read. */
static DsReading *
parse_symbols (const DsWireReply *reply, const guint8 *at, gsize n)
{
  g_autoptr (DsReading) reading = g_new0 (DsReading, 1);

  reading->symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  reading->view = (DsView)reply->view;
  if (reply->view > DS_VIEW_READ || reply->n_symbols > DS_WIRE_MAX_SYMBOLS)
    return NULL;

  for (guint32 i = 0; i < reply->n_symbols; i++)
    {
      DsWireSymbol symbol;
      DsSymbol *read;

      if (n < sizeof symbol)
        return NULL;
      memcpy (&symbol, at, sizeof symbol);
      at += sizeof symbol;
      n -= sizeof symbol;
      if (symbol.length > n || symbol.symbology > DS_SYMBOLOGY_CODE128
          || !g_utf8_validate_len ((const char *)at, symbol.length, NULL)
          || memchr (at, '\0', symbol.length) != NULL
          || g_utf8_strlen ((const char *)at, symbol.length) > DS_SYMBOL_MAX_CHARACTERS)
        return NULL;

      read = g_new (DsSymbol, 1);
      read->symbology = (DsSymbology)symbol.symbology;
      read->text = g_strndup ((const char *)at, symbol.length);
      g_ptr_array_add (reading->symbols, read);
      at += symbol.length;
      n -= symbol.length;
    }
  return n == 0 ? g_steal_pointer (&reading) : NULL;
}

gboolean
ds_wire_parse_reply (const guint8 *message,
                     gsize n,
                     DsWireReply *reply,
                     DsReading **reading,
                     DsWirePhoto *photo)
{
  *reading = NULL;
  *photo = (DsWirePhoto){ 0 };
  if (n < sizeof *reply || n > DS_WIRE_REPLY_SIZE)
    return FALSE;
  memcpy (reply, message, sizeof *reply);
  switch (reply->status)
    {
    case DS_WIRE_READ:
      *reading = parse_symbols (reply, message + sizeof *reply, n - sizeof *reply);
      return *reading != NULL;
    case DS_WIRE_SMALL:
      if (n != sizeof *reply + sizeof *photo)
        return FALSE;
      memcpy (photo, message + sizeof *reply, sizeof *photo);
      return photo->width >= 1 && photo->width <= DS_PHOTO_MAX_SIDE && photo->height >= 1
             && photo->height <= DS_PHOTO_MAX_SIDE;
    case DS_WIRE_READY:
    case DS_WIRE_NO_PICTURE:
    case DS_WIRE_TOO_LARGE:
      return n == sizeof *reply;
    default:
      return FALSE;
    }
}
