using System.Globalization;

namespace Weft.App;

/// <summary>What others take to begin workers of a sweep. They are started again after a loss, and not where that is of no use.</summary>
/// <param name="Store">The database's address.</param>
/// <param name="Runs">The folder of all runs on those machines.</param>
internal sealed record SweepStart(string Name, string Store, int Workers, int Threads, string Runs)
{
    private const int GraceSeconds = 120; // a step, a checkpoint
    private const string RunsOfPod = "/runs";

    private static readonly ExitCode[] Ended = [ExitCode.SweepPartial, ExitCode.Terminated];

    // Started again, it would end in the same way.
    private static readonly ExitCode[] Hopeless =
    [
        ExitCode.Usage, ExitCode.DatasetMissing, ExitCode.FingerprintMismatch, ExitCode.CheckpointMismatch, ExitCode.StoreDamaged, ExitCode.NewerFormat,
    ];

    /// <value>The program on those machines. Default: the one that is on their path.</value>
    public string Program { get; init; } = "weft";

    /// <value>Where the data are on those machines. Default: null, where they were when the sweep was made.</value>
    public string? Data { get; init; }

    /// <summary>A script for <c>sbatch</c>.</summary>
    public string Slurm() => $"""
        #!/bin/sh
        # Workers of the sweep {Name}: each task of the array is one, which Slurm begins again when its machine is lost or taken away.
        # sbatch begins them, scancel --signal=TERM ends one that has saved. A password stands in ~/.pgpass or PGPASSWORD.
        #SBATCH --job-name=weft-{Name}
        #SBATCH --array=1-{Text(Workers)}
        #SBATCH --cpus-per-task={Text(Threads)}
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --signal=B:TERM@{Text(GraceSeconds)}
        exec {ShellWords.Join(Command(Runs))}

        """;

    /// <summary>A Job for <c>kubectl apply</c>. It is complete when a worker finds that nothing is left to do.</summary>
    public string Kubernetes(string image) => $"""
        # Workers of the sweep {Name}, each a pod: kubectl apply -f FILE. They end, saved, with kubectl delete job {KubernetesName}.
        # The password is in a secret: kubectl create secret generic {KubernetesName} --from-literal=password=…
        # The runs go with their pods; a volume claim in place of emptyDir keeps them.
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {KubernetesName}
        spec:
          parallelism: {Text(Workers)}
          backoffLimit: {Text(10 * Workers)}
          podFailurePolicy:
            rules:
              - action: FailJob
                onExitCodes:
                  containerName: worker
                  operator: In
                  values: [{string.Join(", ", Hopeless.Select(code => Text((int)code)))}]
              - action: Ignore
                onExitCodes:
                  containerName: worker
                  operator: In
                  values: [{Text((int)ExitCode.Superseded)}]
              - action: Ignore
                onPodConditions:
                  - type: DisruptionTarget
                    status: "True"
          template:
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: {Text(GraceSeconds)}
              containers:
                - name: worker
                  image: {YamlText(image)}
                  command: [{string.Join(", ", Command(RunsOfPod).Select(YamlText))}]
                  env:
                    - name: PGPASSWORD
                      valueFrom:
                        secretKeyRef:
                          name: {KubernetesName}
                          key: password
                          optional: true
                  resources:
                    requests:
                      cpu: "{Text(Threads)}"
                  volumeMounts:
                    - name: runs
                      mountPath: {RunsOfPod}
              volumes:
                - name: runs
                  emptyDir: {"{}"}

        """;

    /// <summary>A script for a shell that reaches the hosts by ssh. There systemd begins a worker again that was killed.</summary>
    public string Ssh(IReadOnlyList<string> hosts)
    {
        string[] unit =
        [
            "systemd-run", "--user", "--collect", $"--unit=weft-{Name}", "--property=Restart=on-failure", "--property=RestartSec=10",
            $"--property=RestartPreventExitStatus={string.Join(' ', Hopeless.Concat(Ended).Select(code => Text((int)code)))}",
            $"--property=TimeoutStopSec={Text(GraceSeconds)}",
        ];
        return $"""
            #!/bin/sh
            # A worker of the sweep {Name} on each host. A password stands in ~/.pgpass there. What it says: journalctl --user -u weft-{Name}
            # It ends, saved, with systemctl --user stop weft-{Name}. It lives on when nobody is logged in where loginctl enable-linger was said.
            for host in {ShellWords.Join(hosts)}; do
                ssh "$host" {ShellWords.Quote(ShellWords.Join([.. unit, .. Command(Runs)]))} || echo "no worker on $host" >&2
            done

            """;
    }

    // Small letters, digits and '-' between them.
    private string KubernetesName =>
        "weft-" + string.Concat(Name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');

    private string[] Command(string runs) =>
    [
        Program, "sweep", "worker", Name, "--store", Store, "--threads", Text(Threads), "--runs", runs,
        .. Data is null ? Array.Empty<string>() : ["--data", Data], "--quiet",
    ];

    // JSON's strings are YAML's, too.
    private static string YamlText(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
