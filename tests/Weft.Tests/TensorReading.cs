namespace Weft.Tests;

internal static class TensorReading
{
    public static float[] Read(this StateTensor tensor)
    {
        var values = new float[tensor.Length];
        tensor.CopyTo(values);
        return values;
    }

    /// <summary>In PyTorch's layout, as <see cref="StateTensor.CopyTo"/> gives values.</summary>
    public static float[] ReadGradient(this Parameter parameter)
    {
        using var memory = new NativeBuffer(parameter.Length);
        parameter.Gradient.CopyTo(memory.Span);
        return parameter.StateOver(parameter.Name, memory).Read();
    }
}
