namespace Weft.Tests.Optimizers;

public class SamTests
{
    // 20 steps of floats against doubles on a quadratic that contracts errors.
    private const double Tolerance = 1e-5;

    [Fact]
    public void Twenty_steps_are_those_of_the_equation_in_double()
    {
        // loss = Σ a·w⁴/4 + b·w, so that the gradient at the perturbed weights differs from the one at the weights
        const int Length = 37;
        const double Rate = 0.02, Rho = 0.1, Momentum = 0.9;
        var a = Hashed.Values(1, "a", Length, 1, 0.5);
        var b = Hashed.Values(1, "b", Length, 0, 1);
        var start = Hashed.Values(1, "w", Length, 0, 1);
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, start);
        using var optimizer = Optimizer.Create(new SamOptions(new SgdOptions { Momentum = Momentum, Nesterov = false }) { Rho = Rho }, tensors.Trained);
        var truth = start.Select(w => (double)w).ToArray();
        var moment = new double[Length];
        Assert.True(optimizer.NeedsSecondPass);

        for (var step = 0; step < 20; step++)
        {
            Fill();
            optimizer.Perturb();
            Fill();
            optimizer.Step(Rate);

            var gradient = truth.Select((w, i) => a[i] * w * w * w + b[i]).ToArray();
            var norm = Math.Sqrt(gradient.Sum(g => g * g));
            for (var i = 0; i < Length; i++)
            {
                var there = truth[i] + Rho * gradient[i] / norm;
                moment[i] = Momentum * moment[i] + a[i] * there * there * there + b[i];
                truth[i] -= Rate * moment[i];
            }
        }

        Close.Require("weight", Tolerance, truth, weight.Value);
        Assert.Equal(20, optimizer.StepCount);

        void Fill()
        {
            for (var i = 0; i < Length; i++)
                weight.Gradient[i] = a[i] * weight.Value[i] * weight.Value[i] * weight.Value[i] + b[i];
        }
    }

    [Fact]
    public void The_step_starts_from_the_unperturbed_weights_and_statistics_to_the_bit()
    {
        using var tensors = new Tensors();
        var start = Hashed.Values(1, "w", 50_001, 0, 1);
        var weight = tensors.Add("weight", ParameterKind.Weight, start);
        var statistic = tensors.AddStatistic("running_mean", [1, 2, 3]);
        using var optimizer = Optimizer.Create(new SamOptions(new SgdOptions { Nesterov = false }), tensors.Trained);
        Hashed.Values(1, "g", weight.Length, 0, 1).CopyTo(weight.Gradient);
        optimizer.Perturb();
        Assert.NotEqual(start, weight.Value.ToArray());
        statistic.Value.Fill(9); // what a second forward pass does
        weight.Gradient.Clear();
        optimizer.Step(0.1);
        Assert.Equal(start, weight.Value);
        Assert.Equal([1f, 2f, 3f], statistic.Value);
    }

    [Fact]
    public void Steps_in_one_pass_are_the_inner_optimizers_and_share_its_moments()
    {
        using var tensors = new Tensors();
        using var twins = new Tensors();
        var start = Hashed.Values(1, "w", 1_001, 0, 1);
        var (weight, twin) = (tensors.Add("weight", ParameterKind.Weight, start), twins.Add("weight", ParameterKind.Weight, start));
        using var sam = Optimizer.Create(new SamOptions(new AdamOptions()), tensors.Trained);
        using var adam = Optimizer.Create(new AdamOptions(), twins.Trained);
        Assert.False(sam.SinglePass.NeedsSecondPass);
        Assert.Same(adam, adam.SinglePass);
        for (var step = 0; step < 6; step++)
        {
            Hashed.Values(2, $"g{step}", weight.Length, 0, 1).CopyTo(weight.Gradient);
            weight.Gradient.CopyTo(twin.Gradient);
            if (step % 2 == 0)
            {
                sam.SinglePass.Step(0.1);
            }
            else
            {
                sam.Perturb(); // its second gradient is the same here: it does not depend on the weights
                sam.Step(0.1);
            }

            adam.Step(0.1);
            Assert.Equal(step + 1, sam.StepCount);
        }

        Assert.Equal(twin.Value, weight.Value);
    }

    [Fact]
    public void A_gradient_of_zero_perturbs_nothing()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, [1f, 2f]);
        using var optimizer = Optimizer.Create(new SamOptions(new SgdOptions { Nesterov = false }), tensors.Trained);
        optimizer.Perturb();
        Assert.Equal([1f, 2f], weight.Value);
    }

    [Fact]
    public void The_order_of_calls_is_kept()
    {
        using var tensors = new Tensors();
        tensors.Add("weight", ParameterKind.Weight, [1f]);
        using var sam = Optimizer.Create(new SamOptions(new SgdOptions { Nesterov = false }), tensors.Trained);
        Assert.Throws<InvalidOperationException>(() => sam.Step(0.1));
        sam.Perturb();
        Assert.Throws<InvalidOperationException>(sam.Perturb);
        using var sgd = Optimizer.Create(new SgdOptions { Nesterov = false }, tensors.Trained);
        Assert.False(sgd.NeedsSecondPass);
        Assert.Throws<InvalidOperationException>(sgd.Perturb);
    }
}
