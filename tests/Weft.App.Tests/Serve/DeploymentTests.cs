using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weft.Interchange;

namespace Weft.App.Tests;

/// <summary>The samples that bring a model into an app, a container or a service.</summary>
public class DeploymentTests(ServeHost host) : IClassFixture<ServeHost>
{
    private string Model => Path.Combine(host.Runs, ServeHost.Name, "checkpoints", "best.safetensors");

    private static string Samples => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "samples"));

    [Fact]
    public void The_console_sample_says_what_predict_says()
    {
        var png = Picture();
        using var process = Start("ConsoleApp", Model, png);
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith($"sample.png: {host.Predict(png)[0].GetProperty("class").GetString()} ", output);
    }

    [Fact]
    public async Task The_web_sample_of_25_lines_says_what_predict_says_and_ends_when_asked()
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(Samples, "WebApp", "Program.cs")).Length, 1, 25);
        var png = Picture();
        using var process = Start("WebApp", "--model", Model, "--urls", "http://127.0.0.1:0");
        try
        {
            string? line;
            Match address;
            do
            {
                line = await process.StandardOutput.ReadLineAsync();
                Assert.NotNull(line);
                address = Regex.Match(line, @"http://127\.0\.0\.1:\d+");
            }
            while (!address.Success);
            using var http = new HttpClient { BaseAddress = new Uri(address.Value) };
            using var answer = await http.PostAsync("/classify", ServeHost.Body(await File.ReadAllBytesAsync(png), "image/png"));
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var expected = host.Predict(png)[0];
            Assert.Equal(expected.GetProperty("class").GetString(), json.RootElement.GetProperty("name").GetString());
            Assert.Equal(expected.GetProperty("probability").GetSingle(), json.RootElement.GetProperty("probability").GetSingle());
            using var bad = await http.PostAsync("/classify", ServeHost.Body([1, 2, 3], "image/png"));
            Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
            WeftProcess.Shell($"kill -TERM {process.Id}");
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>Two models under keys; a new file that cannot be used is logged, and the old model answers on.</summary>
    [Fact]
    public async Task Models_are_services_of_an_app()
    {
        var log = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var (first, second) = (host.At("first.safetensors"), host.At("second.safetensors"));
        File.Copy(Model, first);
        Weft.Training.TrainedModel.Load(Model).Save(second);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new KeptLog(log)));
        services.AddKeyedWeftClassifier("first", first, new Weft.Training.PredictionPoolOptions { Reload = TimeSpan.FromMilliseconds(20) })
            .AddWeftClassifier(second);
        await using var provider = services.BuildServiceProvider();
        var one = provider.GetRequiredKeyedService<Weft.Training.PredictionPool>("first");
        var other = provider.GetRequiredService<Weft.Training.PredictionPool>();
        Assert.Same(other, provider.GetRequiredService<Weft.Training.PredictionPool>());
        Assert.NotEqual(one.Version, other.Version);
        File.WriteAllText(first, "no model");
        Assert.True(SpinWait.SpinUntil(() => log.Any(line => line.Contains("cannot be used", StringComparison.Ordinal)), TimeSpan.FromSeconds(30)));
        Assert.Equal(
            (await other.PredictAsync(host.Pixels[0], TestContext.Current.CancellationToken)).Probabilities,
            (await one.PredictAsync(host.Pixels[0], TestContext.Current.CancellationToken)).Probabilities);
    }

    private sealed class KeptLog(System.Collections.Concurrent.ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    [Fact]
    public void The_container_starts_a_command_that_exists()
    {
        var lines = File.ReadAllLines(Path.Combine(Samples, "serve", "Dockerfile")).Where(line => !line.StartsWith('#')).ToArray();
        Assert.All(lines, line => Assert.Matches("^(FROM|COPY|ARG|ENV|USER|EXPOSE|STOPSIGNAL|ENTRYPOINT) ", line));
        var words = JsonSerializer.Deserialize<string[]>(lines[^1]["ENTRYPOINT ".Length..])!;
        Assert.Null(PastedCommand.Mistake(string.Join(' ', words)));
        Assert.Contains(lines, line => line == "USER 10001");
    }

    [Fact]
    public void The_service_is_one_that_systemd_takes()
    {
        var unit = File.ReadAllText(Path.Combine(Samples, "serve", "weft-serve.service"));
        var command = Regex.Match(unit, "(?m)^ExecStart=/usr/local/bin/(.+)$").Groups[1].Value;
        Assert.Null(PastedCommand.Mistake(command));
        if (!File.Exists("/usr/bin/systemd-analyze"))
            return; // the command is checked, and systemd cannot be asked here
        var path = host.At("weft-serve.service");
        File.WriteAllText(path, unit.Replace("/usr/local/bin/weft", Path.Combine(AppContext.BaseDirectory, "Weft.App"), StringComparison.Ordinal));
        var (code, output, error) = WeftProcess.Shell($"systemd-analyze verify --man=no {path}");
        Assert.True(code == 0 && !error.Contains("weft-serve", StringComparison.Ordinal), output + error);
    }

    private static Process Start(string sample, params string[] arguments)
    {
        var program = Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", sample, "release", sample + (OperatingSystem.IsWindows() ? ".exe" : "")));
        Assert.True(File.Exists(program), $"{program} is missing: build Weft.slnx");
        return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
    }

    private string Picture()
    {
        var path = host.At("sample.png");
        using var file = File.Create(path);
        Weft.Training.PngWriter.Write(file, new FeatureShape(30, 20, 3), [.. Enumerable.Range(0, 1800).Select(p => (byte)(p % 60 > 30 ? 250 : p % 40))]);
        return path;
    }
}
