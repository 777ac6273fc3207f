namespace Weft.Training.Tests;

public sealed class FolderSweepStoreTests : SweepStoreContract
{
    private readonly TemporaryFolder _temp = new();

    private SweepFolder Folder => new(_temp.Path);

    internal override ISweepStore Open() => new FolderSweepStore(Folder);

    // The system drops the locks of a process that was killed, as closing the files does; no line is written.
    internal override void Kill(ISweepStore store) => store.Dispose();

    public override void Dispose()
    {
        base.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_line_that_a_crash_tore_is_passed_over_and_cut_off_by_the_next()
    {
        var store = Store();
        store.Propose(0, ["1"]);
        var whole = File.ReadAllText(Folder.TrialsFile);
        File.AppendAllText(Folder.TrialsFile, "{\"type\":\"claimed\",\"tri");
        Assert.Equal(TrialState.Ready, Store().Read().Trials[0].State);
        var claim = store.Claim("a:1")!;
        Assert.Equal(1, claim.Attempt);
        var lines = File.ReadAllLines(Folder.TrialsFile);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(whole.TrimEnd(), lines[0]);
    }

    [Theory]
    [InlineData("\"trial\":0", "\"trial\":7")]
    [InlineData("\"epoch\":1", "\"epoch\":2")]
    [InlineData("0.5", "0.6")]
    [InlineData("\"finished\"", "\"pruned\"")]
    public void A_line_that_was_changed_is_found(string what, string into)
    {
        var store = Store();
        store.Propose(0, ["1"]);
        var claim = store.Claim("a:1")!;
        store.Report(claim, new TrialReport(1, 0.5, 0.5, 0.5, true));
        store.End(claim, TrialState.Finished, null);
        var text = File.ReadAllText(Folder.TrialsFile);
        Assert.Contains(what, text);
        File.WriteAllText(Folder.TrialsFile, text.Replace(what, into));
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => Store().Read()).Kind);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_in_words()
    {
        File.WriteAllText(Folder.TrialsFile, "{\"type\":\"proposed\",\"trial\":0,\"settings\":[],\"v\":2}\n");
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => Store().Read()).Kind);
    }
}
