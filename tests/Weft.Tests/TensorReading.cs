namespace Weft.Tests;

internal static class TensorReading
{
    public static float[] Read(this DeviceTensor tensor) => tensor.ToArray();

    public static float[] ReadGradient(this Parameter parameter) => parameter.Gradient.ToArray();
}
