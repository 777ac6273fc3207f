using System.Buffers.Binary;
using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What a pickle calls by name; here a name alone.</summary>
internal sealed record PickleGlobal(string Name);

/// <summary>What a pickle would make by a call; here the call alone, which nobody makes.</summary>
internal sealed record PickleCall(string Name, IReadOnlyList<object?> Arguments);

/// <summary>A reference to values outside of the pickle.</summary>
internal sealed record PicklePersistent(IReadOnlyList<object?> Id);

/// <summary>Where a list of a dictionary's or a tuple's begins on the stack.</summary>
internal sealed record PickleMark
{
    public static PickleMark Instance { get; } = new();
}

/// <summary>
/// A machine for the pickles that PyTorch's <c>save</c> writes. It is closed: it knows the operations and the names that a table of tensors needs and refuses
/// all others, and a call becomes a record. Nothing in the file is ever run.
/// </summary>
/// <remarks>The operations are those of Python's <c>pickletools</c>; the idea is that of PyTorch's <c>weights_only</c>.</remarks>
internal sealed class PickleMachine(ReadOnlyMemory<byte> pickle, string where)
{
    private const int MostEntries = 1_000_000; // of the memo, of the stack and of all collections together
    private const int LongestText = 1 << 16;

    private static readonly HashSet<string> Calls = ["collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"];

    private static readonly string[] Types =
        ["Float", "Half", "BFloat16", "Double", "Long", "Int", "Short", "Char", "Byte", "Bool"];

    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _place;
    private int _made;

    /// <summary>The value that the pickle leaves.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: it is cut, too large, or asks for something that a table of tensors does not need.
    /// </exception>
    public object? Run()
    {
        while (true)
        {
            var operation = Byte();
            switch ((char)operation)
            {
                case '.': return Pop();
                case '\x80': Take(1); break;                     // PROTO
                case '\x95': Take(8); break;                     // FRAME
                case '(': Push(PickleMark.Instance); break;
                case 'N': Push(null); break;
                case '\x88': Push(true); break;
                case '\x89': Push(false); break;
                case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case 'K': Push((long)Byte()); break;
                case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case '\x8a': Push(Long(Take(Byte()))); break;
                case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
                case 'X': Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case '\x8c': Push(Text(Byte())); break;
                case '}': Push(new Dictionary<object, object?>()); break;
                case ']': Push(new List<object?>()); break;
                case ')': Push(Array.Empty<object?>()); break;
                case '\x85': Push(PopMany(1)); break;
                case '\x86': Push(PopMany(2)); break;
                case '\x87': Push(PopMany(3)); break;
                case 't': Push(PopToMark()); break;
                case 'q': Remember(Byte()); break;
                case 'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
                case '\x94': Remember(_memo.Count); break;
                case 'h': Push(Recall(Byte())); break;
                case 'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case 'c': Push(Global(Line(), Line())); break;
                case '\x93': Push(PopMany(2) is [string module, string name] ? Global(module, name) : throw Damaged("a name that is no text")); break;
                case 'R': Reduce(); break;
                case 'Q': Push(new PicklePersistent(Pop() as IReadOnlyList<object?> ?? throw Damaged("a reference that is no tuple"))); break;
                case 'a': Append([Pop()]); break;
                case 'e': Append(PopToMark()); break;
                case 's': Set(PopMany(2)); break;
                case 'u': Set(PopToMark()); break;
                case 'b': Build(); break;
                default: throw Damaged($"the operation 0x{operation:x2}, which a table of tensors does not need");
            }
        }
    }

    // Whoever calls makes a record; an ordered dictionary is a dictionary.
    private void Reduce()
    {
        var arguments = Pop() as object?[] ?? throw Damaged("a call without a tuple");
        if (Pop() is not PickleGlobal function || !Calls.Contains(function.Name))
            throw Damaged("a call of something that is no function");
        Push(function.Name == "collections.OrderedDict" ? new Dictionary<object, object?>() : new PickleCall(function.Name, arguments));
    }

    // The attributes of an ordered dictionary ("_metadata"): nothing that weights need.
    private void Build()
    {
        Pop();
        if (_stack.Count == 0 || _stack[^1] is not Dictionary<object, object?>)
            throw Damaged("attributes of something that is no dictionary");
    }

    private void Append(object?[] items)
    {
        if (_stack.Count == 0 || _stack[^1] is not List<object?> list)
            throw Damaged("entries of something that is no list");
        Count(items.Length);
        list.AddRange(items);
    }

    private void Set(object?[] items)
    {
        if (_stack.Count == 0 || _stack[^1] is not Dictionary<object, object?> dictionary || items.Length % 2 != 0)
            throw Damaged("entries of something that is no dictionary");
        Count(items.Length);
        for (var i = 0; i < items.Length; i += 2)
            dictionary[items[i] is string or long or bool ? items[i]! : throw Damaged("a key that is no text and no number")] = items[i + 1];
    }

    private PickleGlobal Global(string module, string name)
    {
        var full = $"{module}.{name}";
        var isKnown = Calls.Contains(full) || Array.Exists(Types, type => full == $"torch.{type}Storage") || module == "torch" && name is "Size" or "device";
        return isKnown ? new PickleGlobal(full) : throw new WeftException(ErrorKind.InvalidInput, "this file would run code: it is not opened")
        {
            Where = where, Expected = "a table of tensors and nothing else (torch.save(model.state_dict(), …))", Found = $"a call of {Printable(full)}",
            Safe = "nothing of it was run", Next = new Advice("get the weights as .safetensors"),
        };
    }

    private static string Printable(string text) => string.Concat(text.Take(100).Select(letter => letter is > ' ' and < '\x7f' ? letter : '?'));

    private void Remember(long place)
    {
        if (_stack.Count == 0)
            throw Damaged("nothing to remember");
        Count(1);
        _memo[place] = _stack[^1];
    }

    private object? Recall(long place) => _memo.TryGetValue(place, out var value) ? value : throw Damaged($"entry {place}, which nothing was put in");

    private void Push(object? value)
    {
        Count(1);
        _stack.Add(value);
    }

    private object? Pop()
    {
        if (_stack.Count == 0 || _stack[^1] is PickleMark)
            throw Damaged("an operation without its value");
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(PickleMark.Instance);
        if (mark < 0)
            throw Damaged("no beginning of a list");
        object?[] values = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private void Count(int more)
    {
        if ((_made += more) > 4 * MostEntries || _stack.Count > MostEntries || _memo.Count > MostEntries)
            throw Damaged($"more than {MostEntries} entries");
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > pickle.Length - _place)
            throw Damaged($"{pickle.Length - _place} bytes where {count} should be");
        var taken = pickle.Span.Slice(_place, (int)count);
        _place += (int)count;
        return taken;
    }

    private string Text(long length) => length <= LongestText ? Encoding.UTF8.GetString(Take(length)) : throw Damaged($"a text of {length} bytes");

    private string Line()
    {
        var length = pickle.Span[_place..].IndexOf((byte)'\n');
        if (length is < 0 or > 256)
            throw Damaged("a name without an end");
        var line = Encoding.UTF8.GetString(Take(length));
        _place++;
        return line;
    }

    private long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
            throw Damaged($"a number of {bytes.Length} bytes");
        Span<byte> all = stackalloc byte[sizeof(long)];
        all.Fill(bytes is [.., >= 0x80] ? byte.MaxValue : (byte)0);
        bytes.CopyTo(all);
        return BinaryPrimitives.ReadInt64LittleEndian(all);
    }

    private WeftException Damaged(string found) => ForeignFile.Damaged("PyTorch", where, $"in its pickle at byte {_place}: {found}");
}
