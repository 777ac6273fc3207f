using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A file of ours run by ONNX Runtime through its C interface, whose table of functions only grows.</summary>
internal sealed class OnnxRuntime : IClassifierRuntime
{
    // Version 1.12, the first that takes files of ours.
    private const uint InterfaceVersion = 12;
    private const int ErrorsOnly = 3;
    private const int DeviceAllocator = 0;
    private const int DefaultMemory = 0;

    private readonly nint _functions;
    private readonly TrainedModel _model;
    private readonly nint _environment, _options, _memory, _session;
    private readonly Utf8Names _input = new(OnnxWriter.Input), _outputs = new(OnnxWriter.Logits, OnnxWriter.Probabilities);

    /// <param name="file">The bytes that <see cref="OnnxWriter"/> gave for the model.</param>
    /// <exception cref="WeftException">The library is too old, or refuses the file.</exception>
    public OnnxRuntime(OnnxRuntimeLibrary library, byte[] file, TrainedModel model, int threads)
    {
        _model = model;
        var entry = Marshal.GetDelegateForFunctionPointer<GetBase>(NativeLibrary.GetExport(library.Handle, "OrtGetApiBase"))();
        Name = $"ONNX Runtime {Marshal.PtrToStringUTF8(Function<GetText>(entry, 1)())}";
        _functions = Function<GetInterface>(entry, 0)(InterfaceVersion);
        if (_functions == 0)
            throw Refused("it is too old for files of opset 17");
        try
        {
            using var name = new Utf8Names("weft");
            Check(Function<CreateEnvironment>(3)(ErrorsOnly, name.First, out _environment));
            Check(Function<Create>(10)(out _options));
            Check(Function<SetNumber>(24)(_options, threads));
            Check(Function<CreateMemory>(69)(DeviceAllocator, DefaultMemory, out _memory));
            using var bytes = new Pinned(file);
            Check(Function<CreateSession>(8)(_environment, bytes.Address, file.Length, _options, out _session));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public void Run(ReadOnlySpan<byte> images, int count, Span<float> logits, Span<float> probabilities)
    {
        var shape = _model.Shape;
        var planes = new byte[images.Length];
        for (var i = 0; i < images.Length; i++)
            planes[(i / shape.Length * shape.Channels + i % shape.Channels) * shape.Pixels + i / shape.Channels % shape.Pixels] = images[i];
        using Pinned input = new(planes), sizes = new((long[])[count, shape.Channels, shape.Height, shape.Width]);
        Check(Function<CreateTensor>(49)(_memory, input.Address, planes.Length, sizes.Address, 4, OnnxFile.Byte, out var image));
        var values = new nint[2];
        using Pinned inputs = new((nint[])[image]), outputs = new(values);
        try
        {
            Check(Function<RunSession>(9)(_session, 0, _input.Addresses, inputs.Address, 1, _outputs.Addresses, 2, outputs.Address));
            Copy(values[0], logits);
            Copy(values[1], probabilities);
        }
        finally
        {
            foreach (var value in values.Append(image))
                Release(96, value);
        }
    }

    public void Dispose()
    {
        Release(95, _session);
        Release(94, _memory);
        Release(100, _options);
        Release(92, _environment);
        _input.Dispose();
        _outputs.Dispose();
    }

    private void Copy(nint value, Span<float> destination)
    {
        Check(Function<Get>(65)(value, out var type));
        Check(Function<GetCount>(64)(type, out var count));
        Release(99, type);
        if (count != destination.Length)
            throw Refused($"{count} values where {destination.Length} were expected");
        Check(Function<Get>(51)(value, out var data));
        var copy = new float[destination.Length];
        Marshal.Copy(data, copy, 0, copy.Length);
        copy.CopyTo(destination);
    }

    private void Check(nint status)
    {
        if (status == 0)
            return;
        var text = Marshal.PtrToStringUTF8(Function<GetMessage>(2)(status));
        Release(93, status);
        throw Refused(text ?? "an error without a text");
    }

    private void Release(int function, nint value)
    {
        if (value != 0 && _functions != 0)
            Function<ReleaseOne>(function)(value);
    }

    private WeftException Refused(string found) => new(ErrorKind.Bug, "another runtime does not take the exported file")
    {
        Where = Name, Found = found, Safe = "nothing was written",
    };

    private T Function<T>(int number) where T : Delegate => Function<T>(_functions, number);

    private static T Function<T>(nint table, int number) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(table, number * nint.Size));

    private delegate nint GetBase();

    private delegate nint GetText();

    private delegate nint GetInterface(uint version);

    private delegate nint CreateEnvironment(int severity, nint name, out nint environment);

    private delegate nint Create(out nint options);

    private delegate nint SetNumber(nint options, int value);

    private delegate nint CreateMemory(int allocator, int kind, out nint memory);

    private delegate nint CreateSession(nint environment, nint file, nint length, nint options, out nint session);

    private delegate nint CreateTensor(nint memory, nint data, nint length, nint sizes, nint rank, int type, out nint value);

    private delegate nint RunSession(
        nint session, nint options, nint inputNames, nint inputs, nint inputCount, nint outputNames, nint outputCount, nint outputs);

    private delegate nint Get(nint value, out nint result);

    private delegate nint GetCount(nint value, out nint count);

    private delegate nint GetMessage(nint status);

    private delegate void ReleaseOne(nint value);

    /// <summary>An array that stays where it is.</summary>
    private sealed class Pinned(Array values) : IDisposable
    {
        private GCHandle _handle = GCHandle.Alloc(values, GCHandleType.Pinned);

        public nint Address => _handle.AddrOfPinnedObject();

        public void Dispose() => _handle.Free();
    }

    /// <summary>Texts that end in a zero, and the array of where they lie.</summary>
    private sealed class Utf8Names : IDisposable
    {
        private readonly nint[] _texts;
        private readonly Pinned _addresses;

        public Utf8Names(params string[] names)
        {
            _texts = [.. names.Select(Marshal.StringToCoTaskMemUTF8)];
            _addresses = new Pinned(_texts);
        }

        public nint First => _texts[0];

        public nint Addresses => _addresses.Address;

        public void Dispose()
        {
            _addresses.Dispose();
            Array.ForEach(_texts, Marshal.FreeCoTaskMem);
        }
    }
}
