using System.Collections.Immutable;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Sums and products: of branches, with constants, and as parts of functions that older versions have no operator for.</summary>
internal sealed partial class OnnxReader
{
    private static readonly double RootOfHalf = 1 / Math.Sqrt(2);

    private ImportedValue Compute(OnnxWire.Node node)
    {
        if (IsValue(node, 0) && IsValue(node, 1))
        {
            var (first, second) = (Value(node, 0), Value(node, 1));
            return node.OpType switch
            {
                "Add" => Join(node, first, second),
                "Mul" => Multiply(node, first, second) ?? Multiply(node, second, first) ?? Gate(node, first, second),
                _ => throw Refused(node, "a sum or a product where two branches meet", node.OpType),
            };
        }

        var isFirst = IsValue(node, 0);
        var (value, constant) = (Value(node, isFirst ? 0 : 1), Required(node, isFirst ? 1 : 0));
        var numbers = PerChannel(constant, value);
        // What else reads the value needs it as it is.
        var isOnly = _readers[node.Input[isFirst ? 0 : 1]] == 1;
        Require(node, numbers is not null && (isFirst || node.OpType is "Add" or "Mul"), "a number, or one for each channel", List(constant.Dims));
        return node.OpType switch
        {
            "Add" => Shift(node, value, numbers!, isOnly),
            "Sub" => Shift(node, value, [.. numbers!.Select(number => -number)], isOnly),
            "Mul" => Scale(node, value, numbers!, isOnly),
            _ => Scale(node, value, [.. numbers!.Select(number => 1 / number)], isOnly),
        };
    }

    private ImportedValue Sum(OnnxWire.Node node)
    {
        var sum = Value(node, 0);
        for (var input = 1; input < node.Input.Count; input++)
            sum = Join(node, sum, Value(node, input));
        return sum;
    }

    private ImportedValue Join(OnnxWire.Node node, ImportedValue first, ImportedValue second)
    {
        var isAlike = first.Shape == second.Shape && (first.Shape.IsFlat || first.IsMap == second.IsMap && first.IsChannelsLast == second.IsChannelsLast)
            && first.Pixels == second.Pixels && first.Pixels is null && first.Shape == first.Step.Shape && second.Shape == second.Step.Shape;
        Require(node, isAlike, "two values of one shape", $"{Said(first)} and {Said(second)}");
        return first.With(new ImportedStep(StepKind.Add, node, first.Shape, first.Step, second.Step));
    }

    private ImportedValue Scale(OnnxWire.Node node, ImportedValue value, double[] factors, bool isOnly)
    {
        var step = value.Step;
        if (isOnly && step is { Kind: StepKind.Input, Table: null })
        {
            var (scale, shift) = step.Affine;
            return value.With(new ImportedStep(StepKind.Input, node, step.Shape)
            {
                Affine = (Zip(scale, factors, (a, b) => a * b), Zip(shift, factors, (a, b) => a * b)),
            });
        }

        bool Are(double number) => factors.All(factor => Math.Abs(factor - number) <= 1e-6 * number);
        if (Are(1 / 6.0) && step is { Kind: StepKind.Layer, Layer: ReLU6, Input: { Kind: StepKind.Shifted } three } && three.Is(StepKind.Shifted, 3))
            return Become(node, new HardSigmoid(), value.With(three.Input));
        if (Are(1 / 6.0) && step is { Kind: StepKind.Product, Numbers: [6] })
            return Become(node, new HardSwish(), value.With(step.Input));
        if (Are(0.5) && step is { Kind: StepKind.Product, Numbers: [2] })
            return Become(node, new GELU(), value.With(step.Input));
        return Part(StepKind.Scaled, node, value, factors);
    }

    private ImportedValue Shift(OnnxWire.Node node, ImportedValue value, double[] terms, bool isOnly)
    {
        var step = value.Step;
        if (isOnly && step is { Kind: StepKind.Input, Table: null })
        {
            var (scale, shift) = step.Affine;
            return value.With(new ImportedStep(StepKind.Input, node, step.Shape) { Affine = (scale, Zip(shift, terms, (a, b) => a + b)) });
        }

        if (step is { Kind: StepKind.Scaled, Input: { Kind: StepKind.NormalMap } normal })
            return NormalizeGroups(node, value, normal, step, terms);
        if (isOnly && step is { Kind: StepKind.Layer, Layer: Conv2d or Linear } && value.Pixels is null)
        {
            var (weight, outputs) = (step.Tensors[0], step.Tensors[0].Shape[0]);
            var own = step.Tensors.Length > 1 ? step.Tensors[1].Values.ToArray() : new float[outputs];
            float[] bias = [.. own.Select((number, i) => number + (float)terms[terms.Length == 1 ? 0 : i])];
            Layer layer = step.Layer is Conv2d convolution ? convolution with { Bias = true } : (Linear)step.Layer with { Bias = true };
            return value with
            {
                Step = new ImportedStep(StepKind.Layer, step.Node, step.Shape, step.Input)
                {
                    Layer = layer, Name = step.Name, Tensors = Weights(weight.Shape, weight.Values.ToArray(), bias),
                },
            };
        }

        return Part(StepKind.Shifted, node, value, terms);
    }

    private ImportedValue NormalizeGroups(OnnxWire.Node node, ImportedValue value, ImportedStep normal, ImportedStep scaled, double[] shifts)
    {
        var (channels, groups, epsilon) = (value.Shape.Channels, (int)normal.Numbers[0], normal.Numbers[1]);
        var name = scaled.Node!.Input.Select(Constant).OfType<OnnxConstant>().Select(NameOf).FirstOrDefault(found => found is not null);
        Layer layer = groups == 1 ? new LayerNorm2d { Epsilon = epsilon } : new GroupNorm(groups) { Epsilon = epsilon };
        return Become(node, layer, value.With(normal.Input.Input.Input), [Tensor("weight", scaled.Numbers), Tensor("bias", shifts)], name);

        NamedTensor Tensor(string part, double[] numbers) => new(
            part, [channels], [.. Enumerable.Range(0, channels).Select(channel => (float)numbers[numbers.Length == 1 ? 0 : channel])]);
    }

    // The function that a value times another one of its functions is; null where it is none.
    private ImportedValue? Multiply(OnnxWire.Node node, ImportedValue value, ImportedValue factor)
    {
        var (x, f) = (value.Step, factor.Step);
        if (value.Shape != factor.Shape)
            return null;
        return f switch
        {
            { Layer: Sigmoid } when f.Input == x => Become(node, new SiLU(), value),
            { Layer: HardSigmoid } when f.Input == x => Become(node, new HardSwish(), value),
            { Layer: ReLU6, Input: var three } when three.Is(StepKind.Shifted, 3) && three.Input == x => Half(6),
            { Kind: StepKind.Tanh, Input: { Kind: StepKind.Softplus } soft } when soft.Input == x => Become(node, new Mish(), value),
            _ when IsOneAndError(f, x) => Half(2),
            { Kind: StepKind.Scaled } when f.Is(StepKind.Scaled, 0.5) && IsOneAndError(f.Input, x) => Become(node, new GELU(), value),
            _ when x.Kind == StepKind.Scaled && x.Is(StepKind.Scaled, 0.5) && IsOneAndError(f, x.Input) => Become(node, new GELU(), value.With(x.Input)),
            _ => null,
        };

        // The product that is still to be divided by a number.
        ImportedValue Half(double divisor) => value with { Step = new ImportedStep(StepKind.Product, node, x.Shape, x, f) { Numbers = [divisor] } };
    }

    // 1 + erf(x / √2)
    private static bool IsOneAndError(ImportedStep step, ImportedStep x) =>
        step.Is(StepKind.Shifted, 1) && step.Input is { Kind: StepKind.Erf, Input: var scaled }
        && scaled.Is(StepKind.Scaled, RootOfHalf) && scaled.Input == x;

    private ImportedValue Gate(OnnxWire.Node node, ImportedValue first, ImportedValue second)
    {
        // The gate has one place, and comes from the map.
        if (first.Shape.IsFlat && !second.Shape.IsFlat || first.Shape == second.Shape && second.Step.Fork is not null && Precedes(second.Step, first.Step))
            (first, second) = (second, first);
        Require(node, second.Shape == FeatureShape.Flat(first.Shape.Channels) && first.Shape == first.Step.Shape && second.Shape == second.Step.Shape
            && first.Pixels is null && second.Pixels is null, "a map times one factor for each of its channels", $"{Said(first)} and {Said(second)}");
        return first.With(new ImportedStep(StepKind.Gate, node, first.Shape, first.Step, second.Step));
    }

    private static bool Precedes(ImportedStep before, ImportedStep after)
    {
        for (var step = after.Fork; step is not null; step = step.Fork)
        {
            if (step == before)
                return true;
        }

        return false;
    }

    private static double[] Zip(double[] first, double[] second, Func<double, double, double> combine) =>
        [.. Enumerable.Range(0, Math.Max(first.Length, second.Length)).Select(
            i => combine(first[first.Length == 1 ? 0 : i], second[second.Length == 1 ? 0 : i]))];
}
