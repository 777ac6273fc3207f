using System.Text.Json;
using Weft.Tests.Fixtures;

namespace Weft.Tests.Schedules;

public class ScheduleTests
{
    // Both sides compute in double, with the operations in another order.
    private const double Tolerance = 1e-12;

    private static readonly JsonElement PyTorch = JsonDocument.Parse(File.ReadAllText(Fixture.Path("schedules.json"))).RootElement;

    public static TheoryData<string> Names => ["step", "exponential", "cosine", "one_cycle", "one_cycle_linear", "warm_up"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_are_PyTorchs(string name)
    {
        Schedule schedule = name switch
        {
            "step" => new StepSchedule { EveryEpochs = 3, Factor = 0.2 },
            "exponential" => new ExponentialSchedule { Factor = 0.8 },
            "cosine" => new CosineSchedule { EndFraction = 0.1 },
            "one_cycle" => new OneCycleSchedule(),
            "one_cycle_linear" => new OneCycleSchedule { RiseFraction = 0.25, Annealing = Annealing.Linear, StartDivisor = 10, EndDivisor = 100 },
            _ => new WarmUp(new ConstantSchedule()) { Epochs = 2.4, StartFraction = 0.1 },
        };
        var expected = PyTorch.GetProperty(name).EnumerateArray().Select(rate => rate.GetDouble()).ToArray();
        for (var step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], schedule.LearningRate(Peak, At(step)), Tolerance);
    }

    [Fact]
    public void Plateau_reduces_when_PyTorch_does()
    {
        var schedule = new ReduceOnPlateau { Factor = 0.5, Patience = 2, MinimumChange = 1e-3, Cooldown = 1, EndFraction = 0.1 };
        var metrics = PyTorch.GetProperty("plateau").GetProperty("metrics").EnumerateArray()
            .Select(m => m.ValueKind == JsonValueKind.Null ? double.NaN : m.GetDouble());
        var expected = PyTorch.GetProperty("plateau").GetProperty("rates").EnumerateArray().Select(rate => rate.GetDouble());
        var state = default(PlateauState);
        foreach (var (metric, rate) in metrics.Zip(expected))
        {
            state = schedule.Observe(state, metric);
            Assert.Equal(rate, schedule.LearningRate(Peak, At(0) with { Reductions = state.Reductions }), Tolerance);
        }

        Assert.True(state.Reductions > 2);
    }

    [Fact]
    public void Plateau_of_an_accuracy_counts_a_larger_one_as_better()
    {
        var schedule = new ReduceOnPlateau { LargerIsBetter = true, Patience = 0 };
        var rising = schedule.Observe(schedule.Observe(default, 0.8), 0.9);
        Assert.Equal(0, rising.Reductions);
        Assert.Equal(1, schedule.Observe(rising, 0.85).Reductions);
    }

    [Fact]
    public void Plateau_state_survives_json()
    {
        var state = new PlateauState(0.25, 3, 1, 2);
        Assert.Equal(state, JsonSerializer.Deserialize<PlateauState>(JsonSerializer.Serialize(state)));
    }

    [Fact]
    public void Rates_stay_finite_and_positive_beyond_the_end_and_in_the_shortest_training()
    {
        Schedule[] schedules =
        [
            new ConstantSchedule(), new StepSchedule(), new ExponentialSchedule(), new CosineSchedule { EndFraction = 0.01 }, new OneCycleSchedule(),
            new OneCycleSchedule { RiseFraction = 0 }, new OneCycleSchedule { RiseFraction = 1 }, new ReduceOnPlateau(), new WarmUp(new OneCycleSchedule()),
        ];
        foreach (var schedule in schedules)
            foreach (var total in (int[])[1, 2, 3, 100])
                foreach (var step in (int[])[0, 1, total - 1, total, total + 50])
                {
                    var rate = schedule.LearningRate(Peak, new SchedulePosition(step, 1, total));
                    Assert.True(rate > 0 && rate <= Peak * (1 + Tolerance), $"{schedule} at step {step} of {total}: {rate}");
                }
    }

    [Fact]
    public void Nonsense_is_named()
    {
        Assert.Single(new StepSchedule { Factor = 1.5 }.Validate());
        Assert.Equal(2, new OneCycleSchedule { RiseFraction = -1, StartDivisor = double.NaN }.Validate().Count);
        Assert.Equal(2, new WarmUp(new CosineSchedule { EndFraction = 2 }) { Epochs = 0 }.Validate().Count);
        Assert.Empty(new WarmUp(new ReduceOnPlateau()).Validate());
    }

    private static double Peak => PyTorch.GetProperty("peak").GetDouble();

    private static SchedulePosition At(int step) =>
        new(step, PyTorch.GetProperty("steps_per_epoch").GetInt32(), PyTorch.GetProperty("total_steps").GetInt64());
}
