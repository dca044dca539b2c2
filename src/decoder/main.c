/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder-server.h"

int
main (void)
{
  return ds_decoder_server_run (ds_decoder_server_decode);
}
