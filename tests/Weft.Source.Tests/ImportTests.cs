namespace Weft.Source.Tests;

/// <summary>Who may know whom, folder by folder, as ARCHITECTURE.md draws it.</summary>
public class ImportTests(ImportTests.Fixture sources, ITestOutputHelper output) : IClassFixture<ImportTests.Fixture>
{
    // From the bottom: a folder may import folders of lines before its own.
    private static readonly string[][] Training =
    [
        ["Weft.Training/Errors", "Weft.Training/Numerics", "Weft.Training/Ranks"], ["Weft.Training/Files"],
        ["Weft.Training/Memory", "Weft.Training/Options", "Weft.Training/Search"],
        ["Weft.Training/Data", "Weft.Training/Models"],
        ["Weft.Training/Metrics"], ["Weft.Training/Configuration"], ["Weft.Training/Runs"], ["Weft.Training/Checkpoints"], ["Weft.Training/Opening"],
        ["Weft.Training/Policies", "Weft.Training/Evaluation"], ["Weft.Training/Training", "Weft.Training/Features"], ["Weft.Training/Transfer"],
        ["Weft.Training/Analysis", "Weft.Training/Comparison", "Weft.Training/Prediction"],
        ["Weft.Training/Study", "Weft.Training/Serving", "Weft.Training/Release"],
        ["Weft.Training/Sweeps"],
    ];

    [Fact]
    public void Folders_import_each_other_in_no_circle()
    {
        foreach (var folder in sources.Imports.Folders)
            output.WriteLine($"{folder} → {string.Join(", ", sources.Imports.Of(folder).Keys)}");
        Assert.True(
            !sources.Imports.Circles().Any(),
            "Imports in a circle; move the type to the folder that both may know:\n" + string.Join('\n', sources.Imports.Circles()));
    }

    [Fact]
    public void Training_is_built_from_the_bottom()
    {
        var height = Training.Index().SelectMany(line => line.Item.Select(folder => (folder, line.Index)))
            .ToDictionary(entry => entry.folder, entry => entry.Index);
        var upward = from folder in sources.Imports.Folders.Where(folder => folder.StartsWith("Weft.Training", StringComparison.Ordinal))
                     from used in sources.Imports.Of(folder).Keys.Where(used => used.StartsWith("Weft.Training", StringComparison.Ordinal))
                     where HeightOf(used) >= HeightOf(folder)
                     select $"{folder} → {used}: {sources.Imports.Of(folder)[used]}";
        Assert.True(
            !upward.Any(),
            "A folder imports what stands above it or on its own line in ImportTests; move the type down:\n" + string.Join('\n', upward));

        int HeightOf(string folder) =>
            height.TryGetValue(folder, out var line) ? line : throw new KeyNotFoundException($"{folder} has no place: say in ImportTests where it stands");
    }

    [Fact]
    public void Kernels_import_shapes_alone() =>
        Assert.All(sources.Imports.Of("Weft/Devices/Cpu/Kernels").Keys, used => Assert.Equal("Weft/Tensors", used));

    [Fact]
    public void Kernels_are_imported_by_the_device_of_the_CPU_alone() => Ratchet.Check(
        "kernels", sources.Imports.Folders.Where(
            folder => !folder.StartsWith("Weft/Devices/Cpu", StringComparison.Ordinal) && sources.Imports.Of(folder).ContainsKey("Weft/Devices/Cpu/Kernels"))
            .ToDictionary(folder => folder, _ => 1), "Kernels belong to the CPU's device; what others need of them is no kernel.");

    public sealed class Fixture
    {
        internal Imports Imports { get; } = Imports.Read();
    }
}
