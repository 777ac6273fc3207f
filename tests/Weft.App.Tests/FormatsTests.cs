using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>docs/formats.md names what is written: a key that it does not know is a key that nobody can rely on.</summary>
public class FormatsTests
{
    private static string Document { get; } = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "docs", "formats.md"));

    public static TheoryData<Type> Written =>
    [
        .. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(type => type.DerivedType),
        typeof(ScoreCounts), typeof(TensorHistogram), typeof(RunInformation), typeof(RunData), typeof(RunMachine),
        typeof(TrainingPosition), typeof(BestEpoch), typeof(TestOpening),
    ];

    [Theory, MemberData(nameof(Written))]
    public void Every_key_of_a_record_is_named(Type record)
    {
        var keys = record.GetProperties()
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null && property.Name is not "EqualityContract")
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        Assert.All(keys.Where(key => !MetricsRow.Header.Split(',').Contains(key)), key => Assert.Contains($"`{key}`", Document));
    }

    [Fact]
    public void Every_type_of_event_and_every_entry_of_a_checkpoint_is_named()
    {
        Assert.All(typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>(), type => Assert.Contains($"| `{type.TypeDiscriminator}` |", Document));
        Assert.Contains($"`{MetricsRow.Header}{MetricsRow.ChecksumColumn}`", Document);
        using var folder = new TempFolder();
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run("train", "--data", data.Folder, "--runs", folder.Path, "--name", "r", "--epochs", "1", "--threads", "1", "--quiet");
        Assert.True(code == 0, screen.Error);
        var file = SafetensorsReader.Read(File.ReadAllBytes(folder.At("r/checkpoints/best.safetensors")));
        Assert.All(file.Metadata.Keys, key => Assert.Contains($"| `{key}` |", Document));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
