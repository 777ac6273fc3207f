namespace Weft.Training.Tests;

public sealed class RunTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunFolder Run => new(_folder.Path);

    [Fact]
    public void Every_event_comes_once_however_the_bytes_arrive()
    {
        var text = string.Concat(Enumerable.Range(1, 20).Select(Line));
        foreach (var pieces in new[] { 1, 7, 64, 1000 })
        {
            File.WriteAllText(Run.EventsFile, "");
            var tail = new RunTail(Run);
            var steps = new List<long>();
            for (var at = 0; at < text.Length; at += pieces)
            {
                File.AppendAllText(Run.EventsFile, text.Substring(at, Math.Min(pieces, text.Length - at)));
                steps.AddRange(tail.Read().Cast<StepDone>().Select(step => step.Step));
                Assert.True(steps.Count <= text[..Math.Min(at + pieces, text.Length)].Count(letter => letter == '\n'), "half a line was taken for an event");
            }

            Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), steps);
            Assert.Empty(tail.Damage);
        }
    }

    [Fact]
    public void At_most_so_many_events_come_at_once()
    {
        File.WriteAllText(Run.EventsFile, string.Concat(Enumerable.Range(1, 10).Select(Line)));
        var tail = new RunTail(Run);
        Assert.Equal([4, 4, 2, 0], Enumerable.Range(0, 4).Select(_ => tail.Read(4).Count));
    }

    [Fact]
    public void A_line_longer_than_a_look_is_read_whole()
    {
        var warning = RunEventLine.Write(new Warned("long", new string('x', 3 << 20), null)) + "\n";
        File.WriteAllText(Run.EventsFile, Line(1) + warning + Line(2));
        Assert.Equal([typeof(StepDone), typeof(Warned), typeof(StepDone)], new RunTail(Run).Read().Select(happened => happened.GetType()));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"type\":\"step\",\"epoch\":1")]
    [InlineData("{\"type\":\"step\",\"v\":1,\"epoch\":\"one\"}")]
    [InlineData("[1,2,3]")]
    [InlineData("\0\0\0\0")]
    public void A_whole_line_that_is_no_event_is_damage_and_named(string line)
    {
        File.WriteAllText(Run.EventsFile, Line(1) + line + "\n" + Line(2));
        var tail = new RunTail(Run);
        Assert.Equal(2, tail.Read().Count);
        Assert.Equal(new DamagedLine(2, Line(1).Length, line.Length), Assert.Single(tail.Damage));
    }

    [Fact]
    public void An_event_of_a_type_to_come_is_passed_over()
    {
        File.WriteAllText(Run.EventsFile, "{\"type\":\"tomorrow\",\"v\":1,\"x\":2}\n" + Line(1));
        var tail = new RunTail(Run);
        Assert.Single(tail.Read());
        Assert.Empty(tail.Damage);
    }

    [Fact]
    public void A_newer_format_is_exit_33()
    {
        File.WriteAllText(Run.EventsFile, "{\"type\":\"step\",\"v\":99}\n");
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => new RunTail(Run).Read()).Kind);
    }

    [Fact]
    public void A_torn_line_that_a_resumed_run_cut_off_and_wrote_anew_comes_once()
    {
        File.WriteAllText(Run.EventsFile, Line(1) + Line(2)[..20]);
        var tail = new RunTail(Run);
        Assert.Single(tail.Read());
        File.WriteAllText(Run.EventsFile, Line(1) + Line(3));
        Assert.Equal(3, Assert.IsType<StepDone>(Assert.Single(tail.Read())).Step);
    }

    [Fact]
    public void A_file_that_lost_whole_lines_is_exit_32()
    {
        File.WriteAllText(Run.EventsFile, Line(1) + Line(2));
        var tail = new RunTail(Run);
        tail.Read();
        File.WriteAllText(Run.EventsFile, Line(1));
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => tail.Read()).Kind);
    }

    [Fact]
    public void No_file_yet_is_no_event_yet()
    {
        var tail = new RunTail(Run);
        Assert.Empty(tail.Read());
        File.WriteAllText(Run.EventsFile, Line(1));
        Assert.Single(tail.Read());
    }

    private static string Line(int step) => RunEventLine.Write(new StepDone(1, step, 0.5, 0.25, 0.1, 1000)) + "\n";
}
