namespace Weft.Training.Tests;

public class LeakMeterTests
{
    [Fact]
    public void Copies_flatter_the_share_over_all_and_not_the_one_over_other_groups()
    {
        // Two of each thing point the same way; the next nearest thing has the other class.
        float[] values = [1, 0, 1, 0.01f, 1, 0.1f, 1, 0.11f, 0, 1, 0.01f, 1, 0.1f, 1, 0.11f, 1];
        int[] labels = [0, 0, 1, 1, 0, 0, 1, 1];
        using var device = Device.Cpu(1);
        var table = new FeatureTable([.. Enumerable.Range(0, 8)], labels, values, 2);
        var meter = LeakMeter.Of(device, table, [0, 0, 1, 1, 2, 2, 3, 3], TestContext.Current.CancellationToken);
        Assert.Equal((1.0, 0.0, 1.0), (meter.Random, meter.Grouped, meter.Gap));
        Assert.Equal(new LeakMeter(1, 1), LeakMeter.Of(device, table, null, TestContext.Current.CancellationToken));
    }
}
