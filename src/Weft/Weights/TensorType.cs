namespace Weft;

/// <summary>The element types of the safetensors format.</summary>
public enum TensorType
{
    Bool = 1,
    U8 = 2,
    I8 = 3,
    U16 = 4,
    I16 = 5,
    F16 = 6,
    BF16 = 7,
    U32 = 8,
    I32 = 9,
    F32 = 10,
    U64 = 11,
    I64 = 12,
    F64 = 13,
    F8E4M3 = 14,
    F8E5M2 = 15,
}

internal static class TensorTypes
{
    private static readonly Dictionary<string, TensorType> ByName =
        Enum.GetValues<TensorType>().ToDictionary(Name, StringComparer.Ordinal);

    public static string Name(TensorType type) => type switch
    {
        TensorType.Bool => "BOOL",
        TensorType.F8E4M3 => "F8_E4M3",
        TensorType.F8E5M2 => "F8_E5M2",
        _ => type.ToString(),
    };

    public static TensorType? Find(string name) => ByName.TryGetValue(name, out var type) ? type : null;

    public static int Bytes(TensorType type) => type switch
    {
        TensorType.Bool or TensorType.U8 or TensorType.I8 or TensorType.F8E4M3 or TensorType.F8E5M2 => 1,
        TensorType.U16 or TensorType.I16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.U32 or TensorType.I32 or TensorType.F32 => 4,
        _ => 8,
    };
}
