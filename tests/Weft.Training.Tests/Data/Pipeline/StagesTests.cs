namespace Weft.Training.Tests;

public sealed class StagesTests
{
    [Fact]
    public void Stages_keep_the_order_and_run_no_further_ahead_than_they_may()
    {
        using var stop = new CancellationTokenSource();
        var (begun, used) = (0, 0);
        var numbers = Enumerable.Range(0, 500).Select(number =>
        {
            var ahead = Interlocked.Increment(ref begun) - Volatile.Read(ref used);
            Assert.InRange(ahead, 1, 4 + 3 + 3 + 4); // begun together, in two queues, and one in each hand
            return number;
        });
        var seen = new List<int>();
        foreach (var number in numbers.SelectAhead(4, number => number * 2).RunAhead(3, stop).Select(number => number + 1).RunAhead(3, stop))
        {
            seen.Add(number);
            Interlocked.Increment(ref used);
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(number => number * 2 + 1), seen);
        Assert.False(stop.IsCancellationRequested);
    }

    [Fact]
    public void What_a_stage_throws_reaches_who_enumerates_after_all_that_came_before()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var number in Enumerable.Range(0, 10).Select(n => n < 7 ? n : throw new InvalidDataException("seven")).RunAhead(2, stop))
                seen.Add(number);
        });
        Assert.Equal("seven", error.Message);
        Assert.Equal(Enumerable.Range(0, 7), seen);
    }

    [Fact]
    public void Who_breaks_off_ends_all_stages_even_one_that_waits_for_its_input()
    {
        using var stop = new CancellationTokenSource();
        using var never = new ManualResetEventSlim();
        IEnumerable<int> Blocked()
        {
            yield return 1;
            never.Wait();
        }

        foreach (var number in Blocked().RunAhead(1, stop, waits: false).RunAhead(1, stop))
        {
            Assert.Equal(1, number);
            break;
        }

        Assert.True(stop.IsCancellationRequested);
        never.Set();
    }

    [Fact]
    public void A_signal_stops_who_waits()
    {
        using var stop = new CancellationTokenSource();
        var endless = Enumerable.Repeat(0, int.MaxValue).RunAhead(2, stop);
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in endless)
                stop.Cancel();
        });
    }
}
