/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages between the application and the decoder process, both ways, as a broken one or one that was taken over
 * would send them: what is accepted keeps every rule. */
#include "fuzz.h"

#include "ds-decoder-wire.h"
#include "ds-photo.h"

#include <string.h>

static void
check_reply (const uint8_t *data, size_t n)
{
  g_autoptr (DsReading) reading = NULL;
  g_autoptr (GByteArray) message = NULL;
  DsWireReply reply;
  DsWirePhoto photo;
  /* Not a byte more than came: what is read beyond is noticed. */
  g_autofree guint8 *copy = g_memdup2 (data, n);

  if (!ds_wire_parse_reply (copy, n, &reply, &reading, &photo))
    {
      FUZZ_REQUIRE (reading == NULL);
      return;
    }
  FUZZ_REQUIRE ((reading != NULL) == (reply.status == DS_WIRE_READ));
  FUZZ_REQUIRE ((photo.width > 0) == (reply.status == DS_WIRE_SMALL));
  FUZZ_REQUIRE ((photo.height > 0) == (reply.status == DS_WIRE_SMALL));
  FUZZ_REQUIRE (photo.width <= DS_PHOTO_MAX_SIDE && photo.height <= DS_PHOTO_MAX_SIDE);
  if (reading == NULL)
    return;
  FUZZ_REQUIRE (reading->view <= DS_VIEW_READ && reading->symbols->len <= DS_WIRE_MAX_SYMBOLS);
  FUZZ_REQUIRE (reading->symbols->len == reply.n_symbols);
  for (guint i = 0; i < reading->symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (reading->symbols, i);

      FUZZ_REQUIRE (symbol->symbology <= DS_SYMBOLOGY_CODE128);
      FUZZ_REQUIRE (g_utf8_validate (symbol->text, -1, NULL));
      FUZZ_REQUIRE (g_utf8_strlen (symbol->text, -1) <= DS_SYMBOL_MAX_CHARACTERS);
    }
  /* There is one way only to say it. */
  message = ds_wire_make_reply (reply.id, reading);
  FUZZ_REQUIRE (message->len == n && memcmp (message->data, data, n) == 0);
}

static void
check_request (const uint8_t *data)
{
  DsWireRequest request;
  unsigned __int128 needed;

  memcpy (&request, data, sizeof request);
  if (!ds_wire_is_sound (&request))
    return;
  FUZZ_REQUIRE (request.size <= DS_WIRE_MEMORY_SIZE);
  if (request.content == DS_WIRE_PICTURE || request.content == DS_WIRE_PHOTO)
    return;
  needed = (unsigned __int128)request.stride * (request.height - 1) + request.width;
  FUZZ_REQUIRE (request.content == DS_WIRE_FRAME && request.width > 0 && request.height > 0);
  FUZZ_REQUIRE (request.stride >= request.width && needed <= request.size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  check_reply (data, n);
  if (n >= sizeof (DsWireRequest))
    check_request (data);
  return 0;
}
