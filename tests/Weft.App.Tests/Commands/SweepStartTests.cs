using k8s;
using k8s.Models;

namespace Weft.App.Tests;

/// <summary>What begins workers elsewhere is read by those who carry it out: a shell, and Kubernetes' own reader.</summary>
public class SweepStartTests
{
    private const string Store = "postgres://me@db.example/weft?sslmode=require&sslrootcert=/etc/it's mine.pem";

    private static readonly string[] Worker = ["sweep", "worker", "tiny", "--store", Store, "--threads", "2", "--runs"];

    private static SweepStart Start(string program) => new("tiny", Store, 8, 2, "/shared/my runs") { Program = program, Data = "/data/pictures" };

    [Fact]
    public void A_script_for_Slurm_becomes_a_worker_that_gets_the_signals()
    {
        using var place = new TempFolder();
        var script = Start(Say(place, "weft")).Slurm();
        Assert.Contains("#SBATCH --array=1-8\n", script);
        Assert.Contains("#SBATCH --signal=B:TERM@120\n", script);
        Assert.Contains("#SBATCH --requeue\n", script);
        // In place of the shell, which Slurm signals.
        File.WriteAllText(place.At("script"), script);
        var (code, output, error) = WeftProcess.Shell($"sh {place.At("script")}");
        Assert.True(code == 0, error);
        Assert.Equal([.. Worker, "/shared/my runs", "--data", "/data/pictures", "--quiet"], output.TrimEnd('\n').Split('\n')[1..]);
        Assert.Contains("\nexec ", script);
    }

    [Fact]
    public void A_script_for_ssh_hands_every_word_through_two_shells_to_systemd()
    {
        using var place = new TempFolder();
        Say(place, "systemd-run");
        Program(place.At("ssh"), "host=$1\nshift\necho \"host $host\"\nexec sh -c \"$*\"");
        File.WriteAllText(place.At("script"), Start("/opt/weft tool/weft").Ssh(["one", "me@two"]));
        var (code, output, error) = WeftProcess.Shell($"PATH={place.Path}:$PATH sh {place.At("script")}");
        Assert.True(code == 0, error);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(["host one", "host me@two"], lines.Where(line => line.StartsWith("host ", StringComparison.Ordinal)));
        var words = lines[1..(lines.Length / 2)];
        Assert.Contains("--unit=weft-tiny", words);
        Assert.Contains("--property=RestartPreventExitStatus=2 10 13 23 32 33 60 143", words);
        Assert.Equal(["/opt/weft tool/weft", .. Worker, "/shared/my runs", "--data", "/data/pictures", "--quiet"], words[^(Worker.Length + 5)..]);
    }

    [Fact]
    public void A_Job_for_Kubernetes_is_one_to_its_own_strict_reader()
    {
        var job = KubernetesYaml.Deserialize<V1Job>(Start("weft").Kubernetes("registry.example/weft:1"), strict: true);
        Assert.Equal(("batch/v1", "Job", "weft-tiny"), (job.ApiVersion, job.Kind, job.Metadata.Name));
        Assert.Equal((8, null), (job.Spec.Parallelism, job.Spec.Completions));
        Assert.Equal("Never", job.Spec.Template.Spec.RestartPolicy); // what a policy of failures needs
        Assert.Equal(
            ["FailJob 2 10 13 23 32 33", "Ignore 62", "Ignore DisruptionTarget"],
            job.Spec.PodFailurePolicy.Rules.Select(rule => $"{rule.Action} " + (rule.OnExitCodes is { } codes
                ? string.Join(' ', codes.Values) : string.Join(' ', rule.OnPodConditions.Select(condition => condition.Type)))));
        var container = Assert.Single(job.Spec.Template.Spec.Containers);
        Assert.All(job.Spec.PodFailurePolicy.Rules.Take(2), rule => Assert.Equal(container.Name, rule.OnExitCodes.ContainerName));
        Assert.Equal(["weft", .. Worker, "/runs", "--data", "/data/pictures", "--quiet"], container.Command);
        Assert.Equal("/runs", Assert.Single(container.VolumeMounts).MountPath);
        Assert.Throws<YamlDotNet.Core.YamlException>(() => KubernetesYaml.Deserialize<V1Job>(
            Start("weft").Kubernetes("i").Replace("parallelism:", "parallel:", StringComparison.Ordinal), strict: true));
    }

    [Theory]
    [InlineData("", "one of them is needed")]
    [InlineData("--slurm --kubernetes", "one of them is needed")]
    [InlineData("--kubernetes", "Kubernetes needs an image")]
    [InlineData("--ssh a,-oProxyCommand=evil", "this is no host")]
    [InlineData("--slurm", "there is no sweep 'tiny'")]
    public void What_cannot_be_started_is_refused(string options, string words)
    {
        using var place = new TempFolder();
        string[] given = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (code, screen) = FakeScreen.Run(["sweep", "start", "tiny", "--sweeps", place.At("sweeps"), .. given]);
        Assert.Equal(2, code);
        Assert.Contains(words, screen.Error);
    }

    // A program that says its name and its arguments, one a line.
    private static string Say(TempFolder place, string name)
    {
        Program(place.At(name), "for word in \"$0\" \"$@\"; do echo \"$word\"; done");
        return place.At(name);
    }

    private static void Program(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
