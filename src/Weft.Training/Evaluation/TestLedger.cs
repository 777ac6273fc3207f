using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>A line of the ledger.</summary>
public sealed record TestOpening([property: JsonPropertyName("v")] int Version, DateTimeOffset Time, string Run, string Checkpoint);

/// <summary>Who looked at the test images, and when: <c>test_ledger.jsonl</c> in the folder of all runs. A result counts for less the more often they were looked at.</summary>
public sealed class TestLedger(string runsFolder, TimeProvider? clock = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    public string Path { get; } = System.IO.Path.Combine(runsFolder, "test_ledger.jsonl");

    /// <summary>All openings so far, oldest first.</summary>
    public IReadOnlyList<TestOpening> Read() => !File.Exists(Path) ? [] :
        [.. File.ReadLines(Path).Where(line => line.EndsWith('}')).Select(line => JsonSerializer.Deserialize(line, TestLedgerJson.Default.TestOpening)!)];

    /// <summary>Appends a line and returns when it is on the device.</summary>
    /// <exception cref="WeftException">Exit 31: another process keeps it locked; 40 or 41: it cannot be written.</exception>
    public void Note(CheckpointReference checkpoint)
    {
        var opening = new TestOpening(1, _clock.GetUtcNow(), checkpoint.Run.Name, checkpoint.Name);
        try
        {
            using var file = Open();
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes(LineOf(opening)));
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the ledger of test openings cannot be written", Path, "the test images were not opened");
        }
    }

    internal static string LineOf(TestOpening opening) => JsonSerializer.Serialize(opening, TestLedgerJson.Default.TestOpening) + "\n";

    private FileStream Open()
    {
        var begun = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException busy) when (File.Exists(Path) && busy is not (FileNotFoundException or DirectoryNotFoundException))
            {
                if (_clock.GetElapsedTime(begun) > Patience)
                    throw new WeftException(ExitCode.StoreBusy, "another process keeps the ledger of test openings locked", busy) { Where = Path, Safe = "the test images were not opened" };
                Thread.Sleep(Pause);
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TestOpening))]
internal sealed partial class TestLedgerJson : JsonSerializerContext;
