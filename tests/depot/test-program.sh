#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program as people run it: test-program.sh PROGRAM SAMPLE.csv INSPECTOR
set -u
program=$1 sample=$2 inspect=$3
work=$(mktemp -d)
dir=$work/depot
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null; fi; rm -rf "$work"' EXIT

n=0
check() { # WORDS COMMAND…: one test
  n=$((n + 1)) words=$1
  shift
  if "$@" >"$work/out" 2>"$work/err"; then echo "ok $n $words"; else
    echo "not ok $n $words"
    sed 's/^/# /' "$work/out" "$work/err"
  fi
}
depot() { "$program" --dir "$dir" "$@"; }
fails() { ! "$@"; }
contains() { # TEXT COMMAND…
  text=$1
  shift
  "$@" | grep -q -- "$text"
}

# The ready line comes through a pipe, so that waiting for it is waiting for the server and not for a while.
start() {
  rm -f "$work/ready"
  mkfifo "$work/ready"
  "$program" --dir "$dir" serve --sandbox --desk-port 0 >"$work/ready" &
  server=$!
  IFS= read -r ready <"$work/ready"
}
is_ready() { case $ready in '{"listening":"https://127.0.0.1:'*'"bank":"https://127.0.0.1:'*'"ca":"'*) ;; *) return 1 ;; esac; }
stop() { # SIGNAL: waits for the end, gives the server's exit status
  kill "-$1" "$server"
  wait "$server" 2>/dev/null
  status=$?
  server=
  return $status
}

start
check "serves and says so on one line" is_ready
check "keeps its directory to its owner" test "$(stat -c %a "$dir")" = 700
check "keeps its socket to its owner" test "$(stat -c %a "$dir/admin.sock")" = 600
check "imports while it serves" contains '"parcels":22' depot import "$sample" --courier 0317 --seed 1
check "refuses the same file again" fails depot import "$sample" --courier 0317
cp "$work/err" "$work/refused"
check "says which line is refused" grep -q 'line 2, waybill' "$work/refused"
check "enrols a courier" contains 'doorstep://enrol?address=https%3A%2F%2F127.0.0.1' depot enrol --courier 0317 --name Chen
check "draws the code" depot enrol --courier 0317 --name Chen --picture "$work/code.svg"
check "has drawn it" grep -q '<svg' "$work/code.svg"
check "gives a courier a PIN for once" contains '^[0-9]\{6\}$' depot reset-pin --courier 0317
check "and nobody it does not know" fails depot reset-pin --courier 9999
check "keeps books that sum to zero" contains '"sum_fen":0' depot books
waybill=$(sed -n '2s/,.*//p' "$sample" | tr -d '"')
check "changes a stop by one of its waybills" contains '"suspense_fen":0' depot stop reprice "$waybill" --waybill "$waybill" --amount 1.50
check "wants the price that is new" fails depot stop reprice "$waybill"
check "cancels a stop once" depot stop cancel "$waybill" --reason "the shop closed"
check "and not again" fails depot stop cancel "$waybill"
check "has no case where no money is" depot cases
check "gives back nothing that was never paid" fails depot refund "$waybill" --reason none
cp "$work/err" "$work/refused"
check "and says what it does not know" grep -q "$waybill\|payment" "$work/refused"
check "and not that another has the database" fails grep -q 'open elsewhere' "$work/refused"
check "knows no handheld that never enrolled" fails depot journal nobody
check "lets nobody else serve the directory" fails depot serve --port 0
cp "$work/err" "$work/refused"
check "and says which it is" grep -q "$dir.*open elsewhere" "$work/refused"
check "makes no code that leads nowhere" fails timeout 60 "$program" --dir "$dir" enrol --courier 0317 --name Chen --address nonsense
check "passes over nothing that was written" fails depot import "$sample" "$work/second.csv" --courier 0317
cp "$work/err" "$work/refused"
check "and names it" grep -q second.csv "$work/refused"
check "takes no half number for a case" fails depot resolve 1x done --reason none
cp "$work/err" "$work/refused"
check "and says what it wants" grep -q number "$work/refused"
check "gives back no nothing" fails depot refund 01937a00-0000-7000-8000-000000000000 --amount 0 --reason none
cp "$work/err" "$work/refused"
check "and not all instead" grep -q -- --amount "$work/refused"
check "refuses what it does not know" fails depot dance
check "refuses a day that is none" fails depot import "$sample" --courier 0400 --day 2026-13-01

check "has one key that signs" contains '"number":1,"public_key":"04[0-9a-f]*","signs":true' depot keys
check "announces another" contains '"number":2,"public_key":"04[0-9a-f]*","signs":false' depot keys rotate --key-overlap-days 7
check "binds both together for others" contains '"announcements":\["' depot keys chain
check "and no third before it signs" fails depot keys rotate
check "keeps its half that signs to its owner" test "$(stat -c %a "$dir/depot-key-2.pem")" = 600
check "revokes no key that there is not" fails depot keys revoke-operator 003 04
check "knows nothing else to do with keys" fails depot keys forge

check "lists no handheld where none enrolled" test -z "$(depot devices)"
check "revokes nobody" fails depot revoke 01937a00-0000-7000-8000-000000000000 --reason lost
check "wants a reason to revoke" fails depot revoke somebody
check "backs up while it serves" contains '"sum_fen":0' depot backup "$work/backup"
check "keeps a backup that is there" fails depot backup "$work/backup"
check "restores it elsewhere" contains '"sum_fen":0' "$program" --dir "$work/restored" restore "$work/backup"
same_books() { [ "$("$program" --dir "$work/restored" books)" = "$(depot books)" ]; }
check "has the same books there" same_books
check "has the same keys there" contains '"number":2' "$program" --dir "$work/restored" keys
check "has the same authority there" cmp "$dir/ca.pem" "$work/restored/ca.pem"
check "asks operators about no more days than a year has" fails "$program" --dir "$work/again" restore "$work/backup" --ask-days 367
check "nor fewer than none" fails "$program" --dir "$work/again" restore "$work/backup" --ask-days -1
check "and has not begun then" test ! -e "$work/again"
check "restores over no depot" fails "$program" --dir "$work/restored" restore "$work/backup"
inside() { fails depot backup "$dir/inside" && test ! -e "$dir/inside.part"; }
check "backs up into no directory of its own" inside
mkdir "$work/cut.part"
check "and not over one that was cut off" fails depot backup "$work/cut"
cp "$work/err" "$work/refused"
check "and says what is in its way" grep -q 'cut.part.*cut off' "$work/refused"
nothing() { fails "$program" --dir "$work/nothing" restore "$work" && test ! -e "$work/nothing"; }
check "restores nothing that is no backup" nothing
mkdir "$work/half" "$work/keys"
cp "$work/backup/ca.pem" "$work/half"
touch "$work/half/depot.db.part" "$work/keys/ca.pem"
check "restores again where it was cut off" contains '"sum_fen":0' "$program" --dir "$work/half" restore "$work/backup"
check "but over nobody's keys" fails "$program" --dir "$work/keys" restore "$work/backup"
damaged() {
  cp -r "$work/backup" "$work/damaged" && printf 'rotten rotten rotten' | dd of="$work/damaged/depot.db" bs=1 seek=20000 conv=notrunc
  fails "$program" --dir "$work/again" restore "$work/damaged" && test ! -e "$work/again/depot.db"
}
check "restores nothing that is damaged" damaged

# Cash and days, as the clerk and the office type them.
today=$(TZ=CST-8 date +%F)
yesterday=$(TZ=CST-8 date -d yesterday +%F)
check "makes a clerk's key" contains '"key":"clerk:07:1"' depot clerk add 07 --name 王会计
check "and no second one in force" fails depot clerk add 07 --name 王会计
check "lists clerks" contains 王会计 depot clerks
check "says how a command is said" fails depot take-cash
cp "$work/err" "$work/refused"
check "in words" grep -q 'take-cash SHIFT --clerk' "$work/refused"
check "takes no cash of a shift that is none" fails depot take-cash nowhere --clerk 07 --count 100x1
check "hands over nothing where nobody worked" test -z "$(depot handovers)"
check "gives a till to begin with" contains '"amount_fen":5000' depot move-till float 07 --amount 50 --reason change
check "sends a bag to the bank" contains '"bag":"A-1"' depot deposit A-1 --clerk 07 --amount 20
depot deposit A-1 --clerk 07 --amount 20 >"$work/once"
check "once" test "$(depot custody --verify | grep -o '"kind":"deposit"' | wc -l)" = 1
check "and no more than there is" fails depot deposit A-2 --clerk 07 --amount 30.01
check "takes the bank's word for it" contains '"difference_fen":-1' depot confirm-deposit A-1 --clerk 07 --amount 19.99 --reference B1
check "makes a case of a fen" contains deposit-short depot cases
number=$(depot cases | sed -n 's/.*"case":\([0-9]*\).*"kind":"deposit-short".*/\1/p')
check "which is decided" contains 'written off' depot resolve "$number" write-off --reason 'one fen'
check "and balances" contains '"sum_fen":0' depot books
check "verifies the chain" contains '"holds":true' depot custody --verify
check "gives it to others" depot custody --output "$work/custody"
proves() { "$inspect" custody "$work/custody" --key "$(depot custody --verify | sed -n 's/.*"depot_key":"\([0-9a-f]*\)".*/\1/p')"; }
check "who can verify it too" proves
check "reconciles yesterday with both operators" test "$(depot reconcile --day "$yesterday" | grep -c '"balanced":true')" = 2
depot daily-file 003 --day "$yesterday" --output "$work/daily"
check "and with the file that an operator sends" contains '"operator":"003"' depot reconcile "$work/daily"
sed 's/#total,0/#total,1/' "$work/daily" >"$work/spoilt"
check "but not with a wrong one" fails depot reconcile "$work/spoilt"
check "nor before the day is over" fails depot reconcile --day "$today"
check "closes a day" contains '"sum_fen":0' depot cut-off --day "$yesterday"
check "has done the morning's work then" contains "Closed until $yesterday" depot morning
check "takes no pay-out of an operator that is none" fails depot payout 009 --day "$yesterday" --amount 1 --reference P-1
check "books a pay-out" contains '"amount_fen":1234' depot payout 003 --day "$yesterday" --amount 12.34 --fee 0.10 --reference P-1
depot payout 003 --day "$yesterday" --amount 12.34 --fee 0.10 --reference P-1 >"$work/again"
check "once" contains '"bank":3233' depot books
check "though nothing was due" contains '"kind":"payout-over"' depot cases
check "and what the operator takes back" contains '"open_fen":0' depot collection 003 --day "$yesterday" --amount 12.44 --reference P-2
check "lists the days" contains '"fee_fen":10' depot payouts --all
check "says how old what waits is" contains '"buckets":' depot suspense
check "exports an account" contains '<Cd>CLBD</Cd>' depot export camt till:07 --day "$today"
check "and the day's bookings" contains transit:bank depot export day-csv --day "$today" --language en

has_desk() { case $ready in *'"desk":"https://127.0.0.1:'*'/desk/"'*) ;; *) return 1 ;; esac; }
check "serves the settlement desk" has_desk
check "makes a first password for a clerk" contains '"password":"[a-z2-9]\{4\}-[a-z2-9]\{4\}-[a-z2-9]\{4\}"' depot desk add 0700 --name Li
check "and no second clerk of that number" fails depot desk add 0700 --name Wang
check "makes another when it is forgotten" contains '"account":"0700"' depot desk reset 0700
check "knows who only looks" contains '"account":"0701"' depot desk add 0701 --name Zhao --role auditor
check "and no other role" fails depot desk add 0702 --name Sun --role boss
check "keeps a clerk out" contains '"removed":"0700"' depot desk remove 0700
check "makes no packet about a payment that nobody knows" fails depot packet 01937a00-0000-7000-8000-000000000000
check "lists who works there" contains '"role":"auditor"' depot desk list

stop KILL
start
check "starts again after a kill" is_ready
check "remembers what it had" fails depot import "$sample" --courier 0317
check "ends well when told to" stop TERM
check "leaves no socket behind" test ! -e "$dir/admin.sock"

peak() { "$program" --dir "$work/peak" bench --handhelds 12 --payments 2 --connections 4; }
check "measures a peak and finds every payment once" contains '"lost":0,"doubled":0' peak
check "measures in no depot that is somebody's" fails peak

# One that ends before it answers.
mkdir "$work/silent"
mkfifo "$work/listens"
python3 -c 'import socket, sys
line = socket.socket(socket.AF_UNIX)
line.bind(sys.argv[1])
line.listen()
print(flush=True)
line.accept()[0].recv(16)' "$work/silent/admin.sock" >"$work/listens" &
IFS= read -r listens <"$work/listens"
check "fails where no answer comes" fails "$program" --dir "$work/silent" books
cp "$work/err" "$work/refused"
check "and says what to do" grep -q 'no answer.*Look' "$work/refused"
check "makes no depot by a mistyped path" fails "$program" --dir "$work/depto" books
cp "$work/err" "$work/refused"
check "and says that there is none" grep -q 'no depot.*depto' "$work/refused"
check "imports without serving" contains '"parcels":2' sh -c "printf 'waybill,recipient,address,due\nX1,A,B,5\nX2,A,C,6\n' >'$work/two.csv' && '$program' --dir '$dir' import '$work/two.csv' --courier 0317"
check "needs an address to enrol without serving" fails depot enrol --courier 0317 --name Chen
check "enrols for an address" contains 'depot.example' depot enrol --courier 0317 --name Chen --address https://depot.example
echo "1..$n"
