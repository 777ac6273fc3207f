using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Weft.Training.Tests;

/// <summary>What is written is read back as it was, whatever it is: FsCheck makes the values, and makes a failing one smaller before it shows it.</summary>
[Properties(Replay = "20261128,1", MaxTest = 500, Arbitrary = [typeof(RoundTripTests)])]
public class RoundTripTests
{
    public static Arbitrary<MetricsRow> Rows() => (
        from epoch in Gen.Choose(1, 100_000)
        from step in Gen.Choose(1, int.MaxValue)
        from losses in ArbMap.Default.GeneratorFor<double>().Three()
        from shares in Gen.Choose(0, int.MaxValue).Select(n => (double)n / int.MaxValue).Two()
        from seconds in Gen.Choose(0, 100_000_000).Select(n => n / 1000.0)
        from speed in Gen.Choose(0, 10_000_000).Select(n => n / 10.0)
        select new MetricsRow(epoch, step, losses.Item1, shares.Item1, losses.Item2, shares.Item2, losses.Item3, seconds, speed)).ToArbitrary();

    [Property]
    public void A_row_of_metrics(MetricsRow row)
    {
        Assert.Equal(row, MetricsRow.Parse(row.ToCheckedCsv([])));
        Assert.Equal(row, MetricsRow.Parse(row.ToCsv()));
    }

    [Property]
    public void A_row_with_one_other_letter_is_none(MetricsRow row, byte place, char letter)
    {
        var text = row.ToCheckedCsv([]);
        var at = place % text.Length;
        if (letter != text[at])
            Assert.NotEqual(row, MetricsRow.Parse(string.Concat(text.AsSpan(0, at), [letter], text.AsSpan(at + 1))));
    }

    [Property]
    public void An_event(NonNull<string> what, NonNull<string> code)
    {
        if (!IsWellFormed(what.Get) || !IsWellFormed(code.Get))
            return;
        var warned = new Warned(code.Get, what.Get) { Time = new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero) };
        var line = RunEventLine.Write(warned);
        Assert.DoesNotContain('\n', line);
        Assert.Equal(warned, RunEventLine.Read(line, "events.jsonl"));
    }

    [Property(MaxTest = 100)]
    public void A_configuration(PositiveInt epochs, PositiveInt batch, PositiveInt rate, bool nesterov)
    {
        var first = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Overrides =
            [
                ConfigurationResolver.ParseSet($"training.epochs={epochs.Get}"), ConfigurationResolver.ParseSet($"training.batch_size={batch.Get}"),
                ConfigurationResolver.ParseSet(FormattableString.Invariant($"optimizer.learning_rate={rate.Get / 1e4}")),
                ConfigurationResolver.ParseSet($"optimizer.nesterov={(nesterov ? "true" : "false")}"),
            ],
        });
        var again = ConfigurationResolver.Resolve(new ConfigurationSources { File = "config.yaml", FileText = first.ToYaml() });
        Assert.Equal(first.Value, again.Value);
    }

    [Property]
    public void An_IDX_file(byte count, byte height, byte width, int seed)
    {
        if (count == 0)
            return; // a data set has images
        var images = IdxBytes.Images(count, 1 + height % 40, 1 + width % 40, seed);
        var read = IdxBytes.Read(IdxBytes.Gzip(images), new IdxExpectation(IdxContent.Images) { MaximumBytes = 1 << 20 });
        Assert.Equal([count, 1 + height % 40, 1 + width % 40], read.Dimensions);
        Assert.True(images.AsSpan(16).SequenceEqual(read.Data.Span));
    }

    private static bool IsWellFormed(string text) => text.Length > 0 && text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar);
}
