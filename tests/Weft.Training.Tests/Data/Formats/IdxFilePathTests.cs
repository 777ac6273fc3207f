using System.Diagnostics;

namespace Weft.Training.Tests;

public sealed class IdxFilePathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-test-").FullName;
    private readonly IdxExpectation _labels = new(IdxContent.Labels) { Remedy = new GetDataset("fashion-mnist", Replace: true) };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_and_a_folder_are_missing_data()
    {
        var missing = Assert.Throws<WeftException>(() => IdxFile.Read(Path.Combine(_folder, "labels.gz"), _labels));
        Assert.Equal((ErrorKind.DatasetMissing, "labels.gz is missing"), (missing.Kind, missing.What));
        Assert.Equal(new GetDataset("fashion-mnist", Replace: true), missing.Next);
        var folder = Assert.Throws<WeftException>(() => IdxFile.Read(_folder, _labels));
        Assert.Equal(ErrorKind.DatasetMissing, folder.Kind);
        Assert.EndsWith("is a folder", folder.What);
    }

    [Fact]
    public void An_empty_file_is_damaged()
    {
        File.WriteAllBytes(Path.Combine(_folder, "labels.gz"), []);
        var error = Assert.Throws<WeftException>(() => IdxFile.Read(Path.Combine(_folder, "labels.gz"), _labels));
        Assert.Equal((ErrorKind.DatasetDamaged, "labels.gz is empty"), (error.Kind, error.What));
    }

    [Fact]
    public async Task A_pipe_is_not_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes in folders.");
        var pipe = Path.Combine(_folder, "labels.gz");
        using (var make = Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var read = Task.Run(() => Record.Exception(() => IdxFile.Read(pipe, _labels)), TestContext.Current.CancellationToken);
        Assert.IsType<WeftException>(await read.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }
}
