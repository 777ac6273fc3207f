using System.Collections.Immutable;

namespace Weft.Devices.Cpu;

/// <summary>How a tensor's elements lie in the engine beside how PyTorch's <c>state_dict</c> orders them.</summary>
internal abstract record TensorLayout(ImmutableArray<int> Shape)
{
    public int Length { get; } = TensorShape.Count(Shape);

    /// <summary>Floats in the engine's memory; more than <see cref="Length"/> where a layout fills up its last panel (with zeros that stay zero).</summary>
    public virtual int StorageLength => Length;

    /// <summary>
    /// The engine's index of the element that PyTorch has at <paramref name="index"/>. In every layout the rows (along the first dimension) are alike:
    /// EngineIndex(row · length + i) = EngineIndex(row · length) + EngineIndex(i).
    /// </summary>
    public abstract int EngineIndex(int index);

    /// <summary>The engine's indices of the first row, from which those of all others follow without a division for each element.</summary>
    public int[] FirstRow()
    {
        var row = new int[Shape.IsEmpty || Length == 0 ? Length : Length / Shape[0]];
        for (var i = 0; i < row.Length; i++)
            row[i] = EngineIndex(i);
        return row;
    }

    /// <summary>The same order on both sides: vectors.</summary>
    public sealed record Same(ImmutableArray<int> Shape) : TensorLayout(Shape)
    {
        public override int EngineIndex(int index) => index;
    }

    /// <summary>PyTorch [K, C, R, S], engine [R, S, C, K]; C are the channels of one group.</summary>
    public sealed record Convolution(int K, int C, Size2d Kernel) : TensorLayout([K, C, Kernel.Height, Kernel.Width])
    {
        private readonly int _taps = Kernel.Height * Kernel.Width;

        public override int EngineIndex(int index)
        {
            var tap = index % _taps;
            var c = index / _taps % C;
            var k = index / (_taps * C);
            return (tap * C + c) * K + k;
        }
    }

    /// <summary>
    /// PyTorch [O, C·H·W], engine [panel of outputs][H·W·C][panel width]: transposed, the features in the engine's channel-last order, a few outputs side by
    /// side so that products stream through one panel after the other.
    /// </summary>
    public sealed record Linear(int Outputs, FeatureShape Input, int PanelWidth) : TensorLayout([Outputs, Input.Length])
    {
        public override int StorageLength => checked((Outputs + PanelWidth - 1) / PanelWidth * PanelWidth * Input.Length);

        public override int EngineIndex(int index)
        {
            var feature = index % Input.Length;
            var output = index / Input.Length;
            var pixel = feature % Input.Pixels;
            var channel = feature / Input.Pixels;
            return (output / PanelWidth * Input.Length + pixel * Input.Channels + channel) * PanelWidth + output % PanelWidth;
        }
    }
}
