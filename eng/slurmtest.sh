#!/usr/bin/env bash
# The workers of a sweep under a real Slurm, on this machine alone: what weft sweep start prints is submitted as it is, one task is requeued, one gets TERM,
# slurmd is killed; then trials.csv is compared with that of one worker in a folder, byte for byte.
#   eng/slurmtest.sh [TRIALS]          root, and Debian's slurm-wlm, munge and postgresql; all they write is in a temporary folder
set -euo pipefail
cd "$(dirname -- "$0")/.."
trials=${1:-40}
workers=4
port=16817
[ "$(id -u)" -eq 0 ] || { echo "slurmtest: Slurm's programs need root here" >&2; exit 2; }
for program in munged slurmctld slurmd sbatch initdb; do
    PATH=$PATH:/usr/sbin:$(echo /usr/lib/postgresql/*/bin) command -v $program >/dev/null || { echo "slurmtest: $program is not installed" >&2; exit 2; }
done
export PATH=$PWD:$PATH:/usr/sbin:$(echo /usr/lib/postgresql/*/bin)
place=$(mktemp -d /tmp/weft-slurm-XXXXXX)
chmod 755 "$place"
export SLURM_CONF=$place/slurm.conf
begun=()

finish() {
    local code=$?
    scancel --me 2>/dev/null || true
    for process in "${begun[@]}"; do kill "$process" 2>/dev/null || true; done
    as_server pg_ctl -D "$place/server/data" -m immediate stop >/dev/null 2>&1 || true
    if [ $code -eq 0 ]; then rm -rf "$place"; else echo "slurmtest: failed; logs are in $place" >&2; fi
}
trap finish EXIT
as_server() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
say() { echo "$(date -u +%H:%M:%S) $*"; }
field() { scontrol show job "$1" 2>/dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }
until_true() { for _ in $(seq 600); do if eval "$1"; then return; fi; sleep 0.5; done; echo "slurmtest: waited in vain for: $1" >&2; exit 1; }

# A database, a key, a cluster of one machine.
install -d -o postgres "$place/server"
as_server initdb -D "$place/server/data" --no-sync --auth=trust --username=weft --encoding=UTF8 --no-locale >/dev/null
as_server pg_ctl -D "$place/server/data" -w -l "$place/server/log" -o "-k $place/server -c listen_addresses=''" start >/dev/null
store="postgres://weft@/postgres?host=$place/server"
mkdir -p "$place/state" "$place/spool"
(umask 077 && head -c 1024 /dev/urandom >"$place/munge.key")
munged --foreground --force --key-file="$place/munge.key" --socket="$place/munge.socket" --pid-file="$place/munge.pid" --log-file="$place/munge.log" \
    --seed-file="$place/munge.seed" >/dev/null 2>&1 &
begun+=($!)
host=$(hostname -s)
cat >"$SLURM_CONF" <<END
ClusterName=weft
SlurmctldHost=$host
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket,cred_expire=10
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=60
NodeName=$host NodeAddr=127.0.0.1 CPUs=$workers State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
until_true '[ -S "$place/munge.socket" ]'
slurmctld -D >/dev/null 2>&1 & begun+=($!)
slurmd -D >/dev/null 2>&1 & begun+=($!)
until_true 'sinfo --noheader --format=%T 2>/dev/null | grep -q idle'
say "$(sbatch --version) on one host, $workers processors by name"

# The sweep in peace, and as it is made for Slurm.
cat >"$place/sweep.yaml" <<END
method: bayes
metric: {name: validation_loss, goal: minimize}
run_cap: $trials
parameters:
  model.name: {value: small}
  model.width: {value: 0.25}
  data.limit_train: {value: 1000}
  data.limit_validation: {value: 200}
  training.epochs: {value: 6}
  optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
  training.batch_size: {values: [32, 64, 128]}
early_terminate: {type: asha, min_iter: 1, eta: 3}
weft: {seed: 5, parallel: 8}
END
weft sweep "$place/sweep.yaml" --sweeps "$place/peace" --runs "$place/peace-runs" --threads 1 --quiet
say "one worker in a folder: $(grep -c ,finished, "$place/peace/sweep/trials.csv") finished, $(grep -c ,pruned, "$place/peace/sweep/trials.csv") pruned"
make=(weft sweep "$place/sweep.yaml" --store "$store" --sweeps "$place/sweeps" --runs "$place/runs" --workers 0 --quiet)
"${make[@]}"
weft sweep start sweep --store "$store" --slurm --workers $workers --threads 1 --runs "$place/runs" >"$place/workers.sh"
reports() { psql -h "$place/server" -U weft postgres -Atc 'select count(*) from weft.report'; }

# The array, and what may happen to it.
job=$(cd "$place" && sbatch --parsable workers.sh)
until_true "[ \"\$(squeue --noheader --states=RUNNING --array | wc -l)\" -eq $workers ]"
say "array $job: $workers workers run"
until_true '[ "$(reports)" -gt 20 ]'
scontrol requeue "${job}_2"
say "requeued ${job}_2 after $(reports) reports"
until_true '[ "$(reports)" -gt 40 ]'
before=$(reports)
scancel --signal=TERM --batch "${job}_3"
until_true "[ \"\$(field ${job}_3 JobState)\" != RUNNING ]"
say "TERM to ${job}_3 after $before reports: it ended with $(field "${job}_3" ExitCode)"
[ "$(field "${job}_3" ExitCode)" = 143:0 ]
until_true '[ "$(reports)" -gt 60 ]'
disown # whose end bash would report
kill -KILL "$(cat "$place/slurmd.pid")"
sleep 2
slurmd -D >/dev/null 2>&1 & begun+=($!)
say "killed slurmd and started it again"
until_true "[ \"\$(field ${job}_2 Restarts)\" = 1 ]"
until_true '[ -z "$(squeue --noheader)" ]'
for task in $(seq $workers); do
    say "${job}_$task: $(field "${job}_$task" JobState), exit $(field "${job}_$task" ExitCode), restarts $(field "${job}_$task" Restarts)"
done
"${make[@]}"
cmp "$place/peace/sweep/trials.csv" "$place/sweeps/sweep/trials.csv"
attempts=$(psql -h "$place/server" -U weft postgres -Atc 'select sum(attempt), count(*), count(distinct owner) from weft.trial' | tr '|' ' ')
say "the same bytes; attempts, trials, last owners: $attempts"
