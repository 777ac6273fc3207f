namespace Weft.Tests;

public class WidthTests
{
    // test.sh runs this suite once for each width and says here which one it expects; 0 means no vectors at all. Outside of it any width is right.
    private static readonly string? Expected = Environment.GetEnvironmentVariable("WEFT_EXPECT_VECTOR");

    [Fact]
    public void The_kernels_use_the_width_that_this_run_is_for()
    {
        var lanes = CpuDevice.VectorLanes;
        Assert.Contains(lanes, (int[])[1, 4, 8, 16]);
        if (Expected is not null)
            Assert.Equal(int.Parse(Expected), lanes == 1 ? 0 : 32 * lanes);
    }
}
