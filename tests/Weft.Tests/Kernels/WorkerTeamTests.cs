using Weft.Kernels;

namespace Weft.Tests.Kernels;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(32)]
    public void Every_task_runs_once_in_every_phase(int size)
    {
        using var team = new WorkerTeam(size);
        for (var phase = 0; phase < 2000; phase++)
        {
            var counts = new int[phase % 40];
            var work = new Count(counts, size);
            team.Run(counts.Length, ref work);
            Assert.All(counts, count => Assert.Equal(1, count));
            if (phase % 500 == 0)
                Thread.Sleep(5); // long enough for the workers to sleep
        }
    }

    [Fact]
    public void What_a_task_throws_arrives_at_the_caller_and_the_team_works_on()
    {
        using var team = new WorkerTeam(3);
        var failing = new Fail();
        Assert.Throws<InvalidOperationException>(() => team.Run(8, ref failing));
        var counts = new int[8];
        var work = new Count(counts, 3);
        team.Run(8, ref work);
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_team_that_never_worked_ends() => new WorkerTeam(4).Dispose();

    private readonly struct Count(int[] counts, int size) : IWork
    {
        public void Run(int task, int worker)
        {
            if ((uint)worker >= (uint)size)
                throw new ArgumentOutOfRangeException(nameof(worker));
            Interlocked.Increment(ref counts[task]);
        }
    }

    private readonly struct Fail : IWork
    {
        public void Run(int task, int worker)
        {
            if (task == 5)
                throw new InvalidOperationException();
        }
    }
}
